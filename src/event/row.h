#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "event/columns.h"

namespace icelight::event {

/// The values of one row, by field id, O(1).
///
/// Lifetime: texts point into whatever they were set from or decoded from.
/// The columns that come from the log record (__ingest_ts, _log_offset, _log_shard) are always
/// NULL here.
template <std::size_t count>
class ColumnValues {
public:
    static constexpr std::size_t kColumnCount = count;

    bool is_null(int id) const { return ((present_ >> id) & 1u) == 0; }

    /// A string, JSON text or binary column; empty when NULL.
    std::string_view text(int id) const {
        return is_null(id) ? std::string_view{} : texts_[at(id)];
    }

    /// A timestamptz column; 0 when NULL.
    TimestampUs timestamp(int id) const { return number(id); }

    /// A long, int or timestamptz column; 0 when NULL.
    std::int64_t number(int id) const { return is_null(id) ? 0 : numbers_[at(id)]; }

    void set_text(int id, std::string_view value) {
        texts_[at(id)] = value;
        present_ |= 1u << id;
    }

    void set_number(int id, std::int64_t value) {
        numbers_[at(id)] = value;
        present_ |= 1u << id;
    }

    void set_null(int id) { present_ &= ~(1u << id); }

    /// Makes every column NULL.
    void clear() { present_ = 0; }

    /// Bit `id` is set for each column that is not NULL.
    std::uint32_t present() const { return present_; }

private:
    static_assert(count < 32);

    static constexpr std::size_t at(int id) { return static_cast<std::size_t>(id - 1); }

    std::uint32_t present_ = 0;
    // Values of NULL columns are whatever was there before.
    std::array<std::string_view, count> texts_;
    std::array<std::int64_t, count> numbers_{};
};

/// A row of analytics.events, see event/columns.h namespace id.
using RowView = ColumnValues<kEventColumnCount>;

/// A row of analytics.events__rejected, see event/columns.h namespace rejected_id.
using RejectView = ColumnValues<kRejectedColumnCount>;

}  // namespace icelight::event
