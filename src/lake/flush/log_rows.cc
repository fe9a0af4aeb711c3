#include "lake/flush/log_rows.h"

#include <algorithm>

#include <fmt/format.h>

namespace icelight::lake {

void LogRows::begin(const FlushJob& job) {
    bytes_.clear();
    rows_.clear();
    rejects_.clear();
    poison_.clear();
    poison_offsets_ = job.poison;
    next_ = job.from;
    bytes_max_ = job.bytes_max;
    oldest_us_ = 0;
}

Result<> LogRows::add(const wal::RecordView& record) {
    if (record.kind == wal::RecordKind::kCounters) return {};
    if (record.first_offset != next_) {
        return fail(ErrorCode::kCorruption,
                    fmt::format("log: offset {} follows {}", record.first_offset, next_ - 1));
    }
    if (oldest_us_ == 0) oldest_us_ = record.written_at_us;
    wal::RecordView kept = record;
    kept.payload = bytes_.copy(record.payload);
    std::vector<LogItem>& items = record.kind == wal::RecordKind::kRows ? rows_ : rejects_;
    kept.for_each_item([&](std::uint64_t offset, std::string_view bytes) {
        const bool is_poison =
            std::binary_search(poison_offsets_.begin(), poison_offsets_.end(), offset);
        (is_poison ? poison_ : items).push_back({offset, record.written_at_us, bytes});
    });
    next_ += record.count;
    return {};
}

}  // namespace icelight::lake
