#include "lake/log_rows.h"

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
    to_ = job.to;
    bytes_max_ = job.bytes_max;
    oldest_us_ = 0;
}

Result<> LogRows::add(const LogItem& item, Table table) {
    if (item.offset < next_ && rows_.empty() && rejects_.empty() && poison_.empty()) return {};
    if (item.offset >= to_) return {};
    if (item.offset != next_) {
        return fail(ErrorCode::kCorruption,
                    fmt::format("log: offset {} follows {}", item.offset, next_ - 1));
    }
    const LogItem kept{item.offset, item.written_at_us, bytes_.copy(item.bytes)};
    if (oldest_us_ == 0) oldest_us_ = item.written_at_us;
    ++next_;
    if (std::binary_search(poison_offsets_.begin(), poison_offsets_.end(), item.offset)) {
        poison_.push_back(kept);
    } else {
        (table == Table::kEvents ? rows_ : rejects_).push_back(kept);
    }
    return {};
}

}  // namespace icelight::lake
