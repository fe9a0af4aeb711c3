#include "semantic/reply/load_reply.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "semantic/compile.h"
#include "semantic/path/path_reply.h"
#include "semantic/reply/annotation.h"
#include "semantic/reply/normalized.h"
#include "semantic/reply/row_writer.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

json::array warnings_array(const Answered& query) {
    json::array out;
    for (const auto& warning : query.warnings) {
        out.push_back(json::object{{"code", warning.code},
                                   {"message", warning.message},
                                   {"severity", "warning"},
                                   {"pointer", warning.pointer}});
    }
    if (std::any_of(query.parts.begin(), query.parts.end(), [](const Part& part) {
            return part.is_truncated;
        })) {
        out.push_back(
            json::object{{"code", "TRUNCATED"},
                         {"message",
                          fmt::format("there are more than {} rows: the rest is left out; "
                                      "set `limit` and `offset`",
                                      kLimitMax)},
                         {"severity", "warning"},
                         {"pointer", "/limit"}});
    }
    return out;
}

/// What drizzle's client knows of a query's plan; nothing of it is read by its components.
json::object transformed_query(const Query& query) {
    json::array measures;
    for (const auto& ref : query.measures)
        measures.emplace_back(ref.full_name());
    return {{"sortedDimensions", json::array()},
            {"sortedTimeDimensions", json::array()},
            {"timeDimensions", json::array()},
            {"measures", measures},
            {"leafMeasures", measures},
            {"ungrouped", query.is_ungrouped}};
}

json::object periods_annotation(const Query& query, const TimeDimension& time) {
    json::array ranges;
    json::array labels;
    for (const auto& period : time.compared) {
        ranges.push_back(json::array{json::value(range_start_text(period)),
                                     json::value(range_end_text(period))});
        labels.emplace_back(fmt::format(
            "{} - {}", iso_date(period.start_local_us), iso_date(period.last_local_us)));
    }
    json::object out{{"ranges", std::move(ranges)},
                     {"labels", std::move(labels)},
                     {"timeDimension", time.dimension.full_name()}};
    if (time.granularity != nullptr) out["granularity"] = time.granularity->name;
    out["timezone"] = query.zone.name();
    return out;
}

/// `{... members ..., "data": rows}`: the rows are text already.
std::string with_data(const json::object& members, const std::string& data) {
    auto text = json::serialize(members);
    text.pop_back();
    text += R"(,"data":)";
    text += data;
    return text += '}';
}

std::string instant_text(std::int64_t time_us) {
    return iso_ms(time_us) + 'Z';
}

/// When the rows were read and, where they were kept ones, for how long that is answer enough.
void add_times(const Answered& query, const ReplyFacts& facts, json::object& out) {
    if (facts.now_us == 0) return;
    std::optional<std::int64_t> age_ms;
    for (const auto& part : query.parts)
        age_ms = std::max(age_ms, part.age_ms);
    const auto read_at = instant_text(facts.now_us - age_ms.value_or(0) * kUsPerMs);
    out["lastRefreshTime"] = read_at;
    if (!age_ms) return;
    out["cache"] =
        json::object{{"hit", true},
                     {"cachedAt", read_at},
                     {"ageMs", *age_ms},
                     {"ttlMs", facts.kept_ms_max},
                     {"ttlRemainingMs", std::max<std::int64_t>(0, facts.kept_ms_max - *age_ms)}};
}

json::object common(const Answered& query, const ReplyFacts& facts) {
    json::object out;
    add_times(query, facts, out);
    out["dataSource"] = "default";
    out["dbType"] = "duckdb";
    out["extDbType"] = "duckdb";
    out["external"] = false;
    out["slowQuery"] = false;
    out["requestId"] = facts.request_id;
    auto warnings = warnings_array(query);
    if (!warnings.empty()) out["warnings"] = std::move(warnings);
    return out;
}

json::object annotation_of(const Answered& query) {
    return query.path ? path_annotation(*query.path, query.asked) : make_annotation(query.query);
}

std::string drizzle_result(const Answered& query, const ReplyFacts& facts) {
    json::object out = common(query, facts);
    out["query"] = query.asked;
    out["usedPreAggregations"] = json::object();
    out["transformedQuery"] = transformed_query(query.query);
    auto annotation = annotation_of(query);
    if (query.path && !out.contains("cache")) out["cache"] = json::object{{"hit", false}};
    if (const auto* time = query.query.compared())
        annotation["periods"] = periods_annotation(query.query, *time);
    out["annotation"] = std::move(annotation);
    if (query.query.wants_total) {
        const auto& total = query.parts.front().total;
        if (total) out["total"] = *total;
    }
    return with_data(out, write_drizzle_rows(query));
}

std::string cube_result(const Answered& query,
                        const Part& part,
                        const ReplyFacts& facts,
                        bool is_blended) {
    json::object out = common(query, facts);
    const json::object none;
    const auto* asked = query.asked.if_object();
    if (query.path) {
        out["query"] = query.asked;
    } else {
        out["query"] = normalize_query(query.query, asked != nullptr ? *asked : none, part.period);
    }
    out["annotation"] = annotation_of(query);
    if (part.total) {
        out["total"] = *part.total;
    } else {
        out["total"] = nullptr;
    }
    return with_data(out, write_cube_rows(query.query, part, is_blended));
}

}  // namespace

std::string_view query_type(const Query& query) {
    return query.compared() != nullptr ? "compareDateRangeQuery" : "regularQuery";
}

json::object pivot_query(const Query& query, std::string_view type) {
    json::array measures;
    for (const auto& ref : query.measures)
        measures.emplace_back(ref.full_name());
    json::array dimensions;
    if (type == "compareDateRangeQuery") dimensions.emplace_back("compareDateRange");
    for (const auto& ref : query.dimensions)
        dimensions.emplace_back(ref.full_name());
    json::array times;
    for (const auto& time : query.time_dimensions) {
        json::object item{{"dimension", time.dimension.full_name()}};
        if (time.granularity != nullptr) item["granularity"] = time.granularity->name;
        if (time.range) {
            item["dateRange"] = json::array{json::value(range_start_text(*time.range)),
                                            json::value(range_end_text(*time.range))};
        }
        times.push_back(std::move(item));
    }
    return {{"measures", std::move(measures)},
            {"dimensions", std::move(dimensions)},
            {"timeDimensions", std::move(times)},
            {"queryType", type}};
}

std::string load_reply(const std::vector<Answered>& queries, const ReplyFacts& facts) {
    const auto& first = queries.front();
    const bool is_cube = first.query.dialect == Dialect::kCube;
    const bool is_blended = queries.size() > 1;
    std::string_view type = is_cube ? query_type(first.query) : "regularQuery";
    if (is_blended) type = "blendingQuery";
    std::string results;
    for (const auto& query : queries) {
        if (!is_cube) {
            results += (results.empty() ? "" : ",") + drizzle_result(query, facts);
            continue;
        }
        for (const auto& part : query.parts)
            results += (results.empty() ? "" : ",") + cube_result(query, part, facts, is_blended);
    }
    auto pivot = pivot_query(first.query, type);
    if (is_blended) {
        json::array measures;
        for (const auto& query : queries) {
            for (const auto& ref : query.query.measures)
                measures.emplace_back(ref.full_name());
        }
        json::object time{{"dimension", "time"}};
        const auto& times = first.query.time_dimensions;
        if (!times.empty() && times.front().granularity != nullptr)
            time["granularity"] = times.front().granularity->name;
        pivot["measures"] = std::move(measures);
        pivot["timeDimensions"] = json::array{std::move(time)};
    }
    return fmt::format(R"({{"queryType":"{}","results":[{}],"pivotQuery":{},"slowQuery":false}})",
                       type,
                       results,
                       json::serialize(pivot));
}

std::string flat_reply(const Answered& query, const ReplyFacts& facts) {
    return cube_result(query, query.parts.front(), facts, false);
}

}  // namespace icelight::semantic
