#include "query/tail/tail_records.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "event/codec.h"
#include "event/columns.h"
#include "event/row.h"
#include "wal/record.h"

namespace icelight::query {
namespace {

using engine::ChunkWriter;
using engine::WriteType;
using event::Column;
using event::ColumnType;

std::span<const Column> columns_of(TailKind kind) {
    if (kind == TailKind::kEvents) return event::kEventColumns;
    return event::kRejectedColumns;
}

WriteType write_type_of(ColumnType type) {
    switch (type) {
        case ColumnType::kTimestamptz:
            return WriteType::kTimestampTz;
        case ColumnType::kLong:
            return WriteType::kInt64;
        case ColumnType::kInt:
            return WriteType::kInt32;
        case ColumnType::kBinary:
            return WriteType::kBlob;
        default:
            return WriteType::kText;
    }
}

constexpr std::size_t kCacheLineBytes = 64;
/// How far ahead of the row that is decoded memory is asked for, and how much of it: heads of rows
/// are too far apart for the processor to guess. Measured: a quarter of a scan's time.
constexpr std::size_t kAheadBytes = 1600;
constexpr std::size_t kAheadLines = 3;

/// Where a column's values come from.
enum class ValueOrigin : std::uint8_t { kText, kNumber, kWrittenAt, kOffset, kShard };

ValueOrigin origin_of(const Column& column, TailKind kind) {
    const bool is_event = kind == TailKind::kEvents;
    if (column.id == (is_event ? event::id::kIngestTs : event::rejected_id::kIngestTs))
        return ValueOrigin::kWrittenAt;
    if (column.id == (is_event ? event::id::kLogOffset : event::rejected_id::kLogOffset))
        return ValueOrigin::kOffset;
    if (column.id == (is_event ? event::id::kLogShard : event::rejected_id::kLogShard))
        return ValueOrigin::kShard;
    const bool is_number =
        column.type == ColumnType::kTimestamptz || column.type == ColumnType::kLong;
    return is_number ? ValueOrigin::kNumber : ValueOrigin::kText;
}

Result<> decode(std::string_view bytes, std::uint32_t wanted, event::RowView& row) {
    return event::decode_row(bytes, wanted, row);
}

Result<> decode(std::string_view bytes, std::uint32_t wanted, event::RejectView& row) {
    return event::decode_reject(bytes, wanted, row);
}

Result<> check_item(std::string_view bytes, TailKind kind) {
    if (kind == TailKind::kEvents) {
        ICE_TRY(event::decode_row_order(bytes));
        return {};
    }
    ICE_TRY(event::decode_reject(bytes));
    return {};
}

}  // namespace

std::vector<engine::ScanColumn> tail_columns(TailKind kind) {
    std::vector<engine::ScanColumn> columns;
    for (const Column& column : columns_of(kind))
        columns.push_back({std::string(column.name), write_type_of(column.type)});
    return columns;
}

Result<> TailRecords::append(const wal::RecordView& record) {
    Result<> checked;
    record.for_each_item([&](std::uint64_t offset, std::string_view bytes) {
        if (!checked) return;
        checked = check_item(bytes, kind_);
        if (!checked) checked = fail_in(fmt::format("log offset {}", offset), checked.error());
    });
    ICE_TRY(std::move(checked));
    records_.push_back(
        {record.first_offset,
         record.count,
         record.written_at_us,
         std::string(record.payload),
         std::string(record.lengths.substr(0, record.count * sizeof(std::uint32_t)))});
    bytes_ += record.payload.size();
    return {};
}

void TailRecords::drop_below(std::uint64_t offset) {
    while (!records_.empty() && records_.front().end() <= offset) {
        bytes_ -= records_.front().payload.size();
        records_.pop_front();
    }
}

void TailRecords::clear() {
    records_.clear();
    bytes_ = 0;
    show(0, 0);
}

void TailRecords::show(std::uint64_t from, std::uint64_t to) {
    from_ = from;
    to_ = to;
}

std::uint64_t TailRecords::row_count() const {
    // Of both kinds together; the planner needs the size only.
    return to_ - from_;
}

/// Deals records out to its sources.
class TailRecords::Pass final : public engine::ScanPass {
public:
    Pass(const TailRecords& table, std::vector<std::size_t> columns)
        : table_(table), columns_(std::move(columns)) {
        const auto first = std::partition_point(
            table.records_.begin(), table.records_.end(), [&table](const Record& record) {
                return record.end() <= table.from_;
            });
        next_ = static_cast<std::size_t>(first - table.records_.begin());
    }

    std::unique_ptr<engine::RowSource> open() override;

    /// Null: none is left.
    const Record* take() {
        const std::size_t index = next_.fetch_add(1);
        if (index >= table_.records_.size()) return nullptr;
        const Record& record = table_.records_[index];
        return record.first_offset < table_.to_ ? &record : nullptr;
    }

    const TailRecords& table() const { return table_; }

    const std::vector<std::size_t>& columns() const { return columns_; }

private:
    const TailRecords& table_;
    const std::vector<std::size_t> columns_;
    std::atomic<std::size_t> next_;
};

template <class Values>
class TailRecords::Source final : public engine::RowSource {
public:
    explicit Source(Pass& pass) : pass_(pass) {
        const auto all = columns_of(pass.table().kind_);
        for (const std::size_t index : pass.columns()) {
            columns_.push_back({all[index].id, origin_of(all[index], pass.table().kind_)});
            wanted_ |= 1u << (all[index].id - 1);
        }
    }

    Result<std::size_t> fill(ChunkWriter& chunk) override {
        std::size_t rows = 0;
        while (rows < engine::kChunkRows) {
            if (record_ == nullptr && !take()) break;
            const std::uint64_t offset = record_->first_offset + item_;
            const std::string_view bytes = next_item();
            if (item_ == record_->count) record_ = nullptr;
            if (offset < pass_.table().from_ || offset >= pass_.table().to_) continue;
            const auto decoded = columns_.empty() ? Result<>() : decode(bytes, wanted_, values_);
            if (!decoded) return tl::unexpected(decoded.error());
            set_row(chunk, rows++, offset);
        }
        return rows;
    }

private:
    struct Wanted {
        int id = 0;
        ValueOrigin origin = ValueOrigin::kText;
    };

    bool take() {
        record_ = pass_.take();
        item_ = 0;
        at_ = 0;
        if (record_ != nullptr) written_at_us_ = record_->written_at_us;
        return record_ != nullptr;
    }

    std::string_view next_item() {
        std::uint32_t bytes = 0;
        std::memcpy(
            &bytes, record_->lengths.data() + std::size_t{item_} * sizeof(bytes), sizeof(bytes));
        const auto item = std::string_view(record_->payload).substr(at_, bytes);
        for (std::size_t line = 0; line < kAheadLines; ++line) {
            const auto ahead = at_ + kAheadBytes + line * kCacheLineBytes;
            __builtin_prefetch(record_->payload.data() + std::min(ahead, record_->payload.size()));
        }
        ++item_;
        at_ += bytes;
        return item;
    }

    void set_row(ChunkWriter& chunk, std::size_t row, std::uint64_t offset) const {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const auto [id, origin] = columns_[i];
            switch (origin) {
                case ValueOrigin::kWrittenAt:
                    chunk.set_int64(i, row, written_at_us_);
                    break;
                case ValueOrigin::kOffset:
                    chunk.set_int64(i, row, static_cast<std::int64_t>(offset));
                    break;
                case ValueOrigin::kShard:
                    chunk.set_int32(i, row, 0);
                    break;
                case ValueOrigin::kNumber:
                    if (!values_.is_null(id)) chunk.set_int64(i, row, values_.number(id));
                    break;
                case ValueOrigin::kText:
                    if (!values_.is_null(id)) chunk.set_text(i, row, values_.text(id));
                    break;
            }
            const bool is_own = origin == ValueOrigin::kText || origin == ValueOrigin::kNumber;
            if (is_own && values_.is_null(id)) chunk.set_null(i, row);
        }
    }

    Pass& pass_;
    std::vector<Wanted> columns_;
    std::uint32_t wanted_ = 0;  ///< Their ids, as event/codec.h takes them.
    const Record* record_ = nullptr;
    std::uint32_t item_ = 0;
    std::size_t at_ = 0;  ///< Of the item's bytes.
    TimestampUs written_at_us_ = 0;
    Values values_;
};

std::unique_ptr<engine::RowSource> TailRecords::Pass::open() {
    if (table_.kind_ == TailKind::kEvents) return std::make_unique<Source<event::RowView>>(*this);
    return std::make_unique<Source<event::RejectView>>(*this);
}

std::unique_ptr<engine::ScanPass> TailRecords::start(std::vector<std::size_t> columns) {
    return std::make_unique<Pass>(*this, std::move(columns));
}

}  // namespace icelight::query
