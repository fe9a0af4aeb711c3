#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "http/request.h"
#include "semantic/filter/filter.h"
#include "semantic/problem.h"

namespace icelight::server {

/// What a request to the semantic layer asks, wherever it stood: in the target or in the body.
struct CubeRequest {
    semantic::Dialect dialect = semantic::Dialect::kDrizzle;
    std::chrono::milliseconds staleness_max{0};  ///< How old the rows may be; 0: exact.
    bool is_multi = false;        ///< queryType=multi: several results in one answer.
    boost::json::value query;     ///< As sent; for /batch the list.
    bool wants_analysis = false;  ///< /explain: `options.analyze`.
    semantic::Warnings warnings;  ///< Of what stands beside the query and is not known.
    std::string id;               ///< x-request-id, or a new one.
};

/// The longest that rows may be kept for anybody.
inline constexpr std::chrono::milliseconds kStalenessMax{24LL * 3600 * 1000};

/// Reads a GET's parameters or a POST's JSON: `{"query":...}`, `{"queries":[...]}` or the query
/// itself.
///
/// The dialect is what ?dialect= or X-Cube-Dialect says; else Cube's client is known by
/// queryType=multi where it loads, and by the form of its x-request-id elsewhere.
/// Rows may be as old as `maxStalenessMs` (a parameter, or a member beside `query`) or the header
/// Cache-Control: max-age=<seconds> says; X-Cache-Control: no-cache, cache=no-cache and
/// must-revalidate, and `renewQuery` in the query ask for exact ones.
/// @error  no query, no JSON, another queryType or cache than the clients have.
semantic::Checked<CubeRequest> read_cube_request(const http::Request& request, bool is_load);

/// The dialect of a request without a query.
semantic::Dialect find_dialect(const http::Request& request);

/// x-request-id if it is a plain one, else a new id.
std::string request_id(const http::Request& request);

}  // namespace icelight::server
