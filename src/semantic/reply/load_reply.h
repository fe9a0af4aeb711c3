#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "semantic/compiled.h"
#include "semantic/path/path_query.h"
#include "semantic/query.h"
#include "semantic/reply/result_rows.h"

namespace icelight::semantic {

/// What one statement answered.
struct Part {
    const DateRange* period = nullptr;  ///< Of a query that compares.
    Compiled compiled;
    ResultRows rows;
    std::optional<std::int64_t> total;
    bool is_truncated = false;
    std::optional<std::int64_t> age_ms;  ///< The rows are kept ones, so old.
};

/// A query with all its answers.
struct Answered {
    Query query;
    std::optional<PathQuery> path;  ///< A funnel, flow or retention: `query` has only the dialect.
    boost::json::value asked;       ///< As the client sent it.
    Warnings warnings;
    std::vector<Part> parts;  ///< One, or one for each period.
};

/// What every result says beside its rows.
struct ReplyFacts {
    std::string request_id;
    std::int64_t now_us = 0;       ///< When the rows came; 0: no times in the reply.
    std::int64_t kept_ms_max = 0;  ///< How old kept rows might be.
};

/// The whole body of /load: `{"queryType","results":[...],"pivotQuery","slowQuery"}`, in the
/// dialect of the queries.
///
/// @param queries  one; several are a blending query of Cube's client.
std::string load_reply(const std::vector<Answered>& queries, const ReplyFacts& facts);

/// The first result alone, as Cube's gateway answers without queryType=multi.
std::string flat_reply(const Answered& query, const ReplyFacts& facts);

/// `{"measures":[],"dimensions":[],"timeDimensions":[],"queryType":...}`
boost::json::object pivot_query(const Query& query, std::string_view query_type);

/// "regularQuery" or "compareDateRangeQuery".
std::string_view query_type(const Query& query);

}  // namespace icelight::semantic
