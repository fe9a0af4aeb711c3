#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/row.h"

namespace icelight::server::live {

inline constexpr std::size_t kFilterValuesMax = 64;

/// Which events a reader of /api/live wants. Names are taken as they are; an empty list takes all.
struct Filter {
    std::vector<std::string> types;
    std::vector<std::string> events;   ///< Names of track events, or of pages and screens.
    std::vector<std::string> sources;  ///< Source ids.
    std::vector<std::string> users;    ///< userId or anonymousId.

    bool matches(const event::RowView& row) const;
    /// Of a reject only the source is known: the other filters leave rejects out.
    bool matches(const event::RejectView& reject) const;
};

/// Reads "type=track&type=page&event=…&source=…&user=…"; a name may come again.
/// @error kInvalidArgument  an unknown name, too many values, or a bad percent sign.
Result<Filter> parse_filter(std::string_view query);

}  // namespace icelight::server::live
