#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "lake/log_rows.h"

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

/// Decodes each item once; ordering is the caller's whole cost (no database sort).
FlushIndex make_flush_index(std::span<const LogItem> rows);

/// Days since 1970-01-01, towards the past before it.
std::int32_t day_of(TimestampUs timestamp);

}  // namespace icelight::lake
