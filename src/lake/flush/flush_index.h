#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lake/flush/log_rows.h"

namespace icelight::lake {

/// A row in the order of its file.
struct OrderKey {
    std::uint32_t event_rank = 0;  ///< Place of its event name among all; kNoEvent last.
    std::uint32_t item = 0;        ///< Index into the items: their offsets ascend with it.
    TimestampUs timestamp = 0;
};

/// Rows whose event is NULL come after all others (sort order 1: nulls last).
inline constexpr std::uint32_t kNoEvent = UINT32_MAX;

/// Which rows go into which day's file, in the order (event, timestamp, offset).
struct FlushIndex {
    std::map<std::int32_t, std::vector<OrderKey>> days;
    std::vector<std::uint32_t> undecodable;  ///< Items that are not rows of a codec we know.
};

/// Makes the index while the items are read, as long as their bytes are at hand.
///
/// Thread safety: none. Lifetime: the items' bytes live until finish().
class FlushIndexBuilder {
public:
    /// Decodes of the next item what orders it.
    void add(const LogItem& item);

    /// How many items were added.
    std::uint32_t count() const { return count_; }

    /// Orders what was added: the caller's whole cost of ordering (no database sort).
    FlushIndex finish() &&;

private:
    std::uint32_t number_of(std::string_view event);
    /// By an event's number: its place among all events in byte order.
    std::vector<std::uint32_t> event_ranks() const;

    FlushIndex index_;
    std::uint32_t count_ = 0;
    // Events by their number, which is given as they are seen.
    std::unordered_map<std::string_view, std::uint32_t> numbers_;
    std::vector<std::string_view> names_;
};

/// The index of all `items`.
FlushIndex make_flush_index(std::span<const LogItem> items);

/// Days since 1970-01-01, towards the past before it.
std::int32_t day_of(TimestampUs timestamp);

}  // namespace icelight::lake
