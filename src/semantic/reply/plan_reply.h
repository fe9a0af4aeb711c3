#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "semantic/compiled.h"
#include "semantic/query.h"

namespace icelight::semantic {

/// {"sql":["SELECT ...",["View"]]}: text and bound values, as both clients show them.
boost::json::object sql_object(const Compiled& compiled);

/// One item of /sql.
boost::json::object sql_reply(const Query& query, const Compiled& compiled);

/// /dry-run: one object with the members of both dialects.
boost::json::object dry_run_reply(const Query& query,
                                  const boost::json::value& asked,
                                  const Compiled& compiled,
                                  const Warnings& warnings);

/// /explain, from the engine's plan in JSON.
///
/// @param plan  text of EXPLAIN (FORMAT json), or of EXPLAIN (ANALYZE, FORMAT json).
std::string explain_reply(std::string_view plan, const Compiled& compiled);

/// {"error","type","plainError","position","member","suggestion","requestId"}: what both clients
/// and people read.
std::string error_reply(const Problem& problem, std::string_view request_id);

}  // namespace icelight::semantic
