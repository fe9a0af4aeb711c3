#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chunk_writer.h"
#include "engine/parquet_writer.h"
#include "event/columns.h"
#include "event/row.h"
#include "lake/flush/column_bounds.h"
#include "lake/flush/flush_index.h"
#include "lake/flush/log_rows.h"

namespace icelight::lake {

/// Called with each row as it is about to be written. A test makes it end or hang the process.
using RowHook = std::function<void(const event::RowView&)>;

/// The Parquet columns of a table: names, types and field ids of `columns`.
std::vector<engine::ParquetColumn> parquet_columns(std::span<const event::Column> columns);

/// Rows of one day's events file, decoded a second time in the order of the index. Texts point
/// into the items.
class EventFeed final : public engine::RowSource {
public:
    EventFeed(std::span<const LogItem> items, std::span<const OrderKey> order, const RowHook& hook)
        : items_(items), order_(order), hook_(hook), bounds_(event::kEventColumnCount) {}

    Result<std::size_t> fill(engine::ChunkWriter& chunk) override;

    const ColumnBounds& bounds() const { return bounds_; }

private:
    /// The row at `place` in the order; asks the cache for rows that come some way after it.
    Result<> read(std::size_t place, event::RowView& out) const;

    std::span<const LogItem> items_;
    std::span<const OrderKey> order_;
    const RowHook& hook_;
    ColumnBounds bounds_;
    std::size_t next_ = 0;
    /// Rows that are decoded together and then go out column by column; they stay in the cache.
    std::array<event::RowView, 32> rows_;
};

/// A row of events__rejected: a reject as it was logged, or an item that could not be flushed.
struct RejectItem {
    const LogItem* item = nullptr;
    std::string_view failure;  ///< Empty: a reject as logged; else why the item could not be read.
};

/// Why an item became a reject at the flush; column `type` of events__rejected.
inline constexpr std::string_view kUndecodable = "undecodable_row";
inline constexpr std::string_view kPoison = "poison_row";

/// Rows of one day's rejects file, by offset.
class RejectFeed final : public engine::RowSource {
public:
    explicit RejectFeed(std::span<const RejectItem> items)
        : items_(items), bounds_(event::kRejectedColumnCount) {}

    Result<std::size_t> fill(engine::ChunkWriter& chunk) override;

    const ColumnBounds& bounds() const { return bounds_; }

private:
    Result<> read(const RejectItem& from, event::RejectView& out);

    std::span<const RejectItem> items_;
    ColumnBounds bounds_;
    std::size_t next_ = 0;
    std::deque<std::string> hashes_;  ///< Texts of rows that were written.
};

}  // namespace icelight::lake
