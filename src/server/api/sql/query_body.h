#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "query/service.h"

namespace icelight::server {

/// The body of POST /query: {sql | query, format, params, freshness, asOf, timeoutMs, queryId,
/// maxStalenessMs, maxRows}. Members it does not know are ignored, as the original system did.
///
/// @param timeout_max  what the server allows; the default.
/// @param format_default  when the body names none.
/// @error kInvalidArgument  names the member and what it may be.
Result<query::Request> parse_query_body(const std::string& text,
                                        std::chrono::milliseconds timeout_max,
                                        query::Format format_default);

/// The first of the header Accept's types that is a format's own; JSON when none is.
query::Format find_accepted_format(std::string_view accept);

}  // namespace icelight::server
