#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "http/router.h"
#include "query/limits.h"

namespace icelight::catalog {
class Catalog;
}

namespace icelight::query {
class Service;
}

namespace icelight::wal {
class Log;
}

namespace icelight::server {

class Auth;

/// What the SQL routes work with; all of it outlives the router.
struct QueryRoutes {
    query::Service& service;
    const wal::Log& log;  ///< Whose tokens X-Lake-After names.
    const Auth& auth;
    std::chrono::milliseconds timeout;
    int threads;                    ///< Told by /duckdb/_health.
    std::int64_t memory_bytes_max;  ///< Likewise.
};

/// The refusal of a request that may not run queries: no token for it, a page of another origin,
/// or a body that is not JSON. Empty: it may.
std::optional<http::Response> refuse_query(const Auth& auth, const http::Request& request);

/// The check of routes that run queries: refuse_query(), then the caller's name in
/// Request::principal, by which turns go.
http::Check make_query_check(const Auth& auth);

/// Cache-Control: no-cache: a query is to be run though an answer of before would be exact.
bool wants_run(const http::Request& request);

/// What the caller's queries may take; nothing less for one whose token is gone by now.
query::Limits find_limits(const Auth& auth, const http::Request& request);

/// Adds POST /query and POST /duckdb {sql|query, format, freshness} and GET /duckdb/_health.
///
/// A body that asks for `freshness: "committed"` sees what other engines see; the header
/// X-Lake-After holds the token of an ingest answer and makes the query wait until it can see that
/// event.
void add_query_routes(http::Router& router, QueryRoutes with);

}  // namespace icelight::server
