#pragma once

#include <optional>
#include <string_view>

#include "app/queries/query_record.h"
#include "query/service.h"

namespace icelight::server {

/// "json", "csv", ...
std::string_view format_name(query::Format format);

/// What the history keeps of a query that ended; empty: the server's own, nobody asked it.
std::optional<app::QueryRecord> make_query_record(const query::QueryEnd& end);

}  // namespace icelight::server
