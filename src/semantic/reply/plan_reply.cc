#include "semantic/reply/plan_reply.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "semantic/compile.h"
#include "semantic/reply/load_reply.h"
#include "semantic/reply/normalized.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

json::value json_value(const Value& value) {
    return std::visit(
        [](const auto& v) -> json::value {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, std::monostate>) {
                return nullptr;
            } else {
                return json::value(v);
            }
        },
        value);
}

/// Names of the cubes that a query touches, each once, in order of first use.
json::array cubes_used(const Query& query) {
    json::array out;
    std::set<std::string> seen;
    const auto add = [&](const Cube* cube) {
        if (seen.insert(cube->name).second) out.emplace_back(cube->name);
    };
    for (const auto& ref : query.measures)
        add(ref.cube);
    for (const auto& ref : query.dimensions)
        add(ref.cube);
    for (const auto& time : query.time_dimensions)
        add(time.dimension.cube);
    visit_dimensions(query.filters, [&](const DimensionRef& ref) { add(ref.cube); });
    visit_measures(query.filters, [&](const MeasureRef& ref) { add(ref.cube); });
    return out;
}

/// A number of the plan, which has some of them as text: "~1,234" too.
json::value plan_number(const json::object& node, std::string_view key) {
    const auto* value = node.if_contains(key);
    if (value == nullptr) return nullptr;
    if (value->is_number()) return *value;
    if (!value->is_string()) return nullptr;
    std::string digits;
    for (const char c : std::string_view(value->get_string())) {
        if ((c >= '0' && c <= '9') || c == '.') digits += c;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || digits.empty()) return nullptr;
    return number;
}

std::string plan_text(const json::value& value) {
    if (const auto* text = value.if_string()) return std::string(*text);
    return json::serialize(value);
}

constexpr int kPlanDepthMax = 100;

json::object plan_node(const json::object& node, int depth) {
    json::object out;
    const auto* name = node.if_contains("name");
    if (name == nullptr) name = node.if_contains("operator_name");
    std::string type = name == nullptr ? std::string("QUERY") : plan_text(*name);
    type.erase(type.find_last_not_of(' ') + 1);
    out["type"] = type;
    out["table"] = nullptr;
    out["index"] = nullptr;
    out["filter"] = nullptr;
    out["estimatedCost"] = nullptr;
    out["estimatedRows"] = nullptr;
    out["actualRows"] = plan_number(node, "operator_cardinality");
    const auto* info = node.if_contains("extra_info");
    if (info != nullptr && info->is_object()) {
        const auto& extra = info->get_object();
        out["estimatedRows"] = plan_number(extra, "Estimated Cardinality");
        if (const auto* filter = extra.if_contains("Filters")) out["filter"] = plan_text(*filter);
        if (const auto* table = extra.if_contains("Table")) out["table"] = plan_text(*table);
        std::string details;
        for (const auto& [key, value] : extra) {
            details += fmt::format(
                "{}{}: {}", details.empty() ? "" : "; ", std::string_view(key), plan_text(value));
        }
        out["details"] = details;
    } else {
        out["details"] = "";
    }
    const auto timing = plan_number(node, "operator_timing");
    if (timing.is_number()) out["timeMs"] = timing.to_number<double>() * 1'000;
    json::array children;
    const auto* list = node.if_contains("children");
    if (list != nullptr && list->is_array() && depth < kPlanDepthMax) {
        for (const auto& child : list->get_array()) {
            if (child.is_object()) children.push_back(plan_node(child.get_object(), depth + 1));
        }
    }
    out["children"] = std::move(children);
    return out;
}

}  // namespace

json::object sql_object(const Compiled& compiled) {
    json::array params;
    for (const auto& value : compiled.values)
        params.push_back(json_value(value));
    return {{"sql", json::array{json::value(compiled.sql), std::move(params)}}};
}

json::object sql_reply(const Query& query, const Compiled& compiled) {
    auto sql = sql_object(compiled);
    json::object order;
    for (const auto& item : effective_order(query))
        order[item.member] = item.is_descending ? "desc" : "asc";
    sql["order"] = std::move(order);
    return {{"sql", std::move(sql)}};
}

json::object dry_run_reply(const Query& query,
                           const json::value& asked,
                           const Compiled& compiled,
                           const Warnings& warnings) {
    const json::object none;
    const auto* object = asked.if_object();
    const auto* compared = query.compared();
    const auto* period = compared == nullptr ? nullptr : &compared->compared.front();
    const auto normalized = normalize_query(query, object == nullptr ? none : *object, period);
    auto cubes = cubes_used(query);
    const bool is_single = cubes.size() == 1;
    const auto type = query_type(query);
    json::array order;
    for (const auto& item : effective_order(query))
        order.push_back(json::object{{item.member, item.is_descending ? "desc" : "asc"}});
    json::array texts;
    for (const auto& warning : warnings) {
        texts.push_back(json::object{
            {"code", warning.code}, {"message", warning.message}, {"pointer", warning.pointer}});
    }
    const std::string_view primary = cubes.front().get_string();
    json::object analysis{
        {"cubeCount", cubes.size()},
        {"cubesInvolved", cubes},
        {"primaryCube",
         json::object{{"selectedCube", primary},
                      {"reason", is_single ? "single_cube" : "most_dimensions"},
                      {"explanation", ""}}},
        {"joinPaths", json::array()},
        {"preAggregations", json::array()},
        {"querySummary",
         json::object{{"queryType", is_single ? "single_cube" : "multi_cube_join"},
                      {"measureStrategy", "simple"},
                      {"joinCount", cubes.size() - 1},
                      {"cteCount", 0},
                      {"hasPreAggregation", false},
                      {"hasWindowFunctions", compiled.sql.find(" OVER (") != std::string::npos}}}};
    json::object sql{{"sql", json::array{json::value(compiled.sql)}}};
    json::array params;
    for (const auto& value : compiled.values)
        params.push_back(json_value(value));
    sql["params"] = std::move(params);
    json::object out;
    out["mode"] = compared == nullptr ? "regular" : "comparison";
    out["queryType"] = query.dialect == Dialect::kCube || compared == nullptr
                           ? type
                           : std::string_view("comparisonQuery");
    out["normalizedQueries"] = json::array{normalized};
    out["queryOrder"] = std::move(order);
    out["transformedQueries"] = json::array();
    out["pivotQuery"] = pivot_query(query, type);
    out["sql"] = std::move(sql);
    out["complexity"] = is_single ? "low" : "medium";
    out["valid"] = true;
    out["cubesUsed"] = cubes;
    out["joinType"] = is_single ? "single_cube" : "multi_cube_join";
    out["query"] = asked;
    out["analysis"] = std::move(analysis);
    out["modeMetadata"] = json::object();
    out["warnings"] = std::move(texts);
    return out;
}

std::string explain_reply(std::string_view plan, const Compiled& compiled) {
    json::error_code error;
    const auto parsed = json::parse(plan, error, {}, {.max_depth = 4 * kPlanDepthMax});
    json::array operations;
    double execution_ms = 0;
    if (!error && parsed.is_array()) {
        for (const auto& node : parsed.get_array()) {
            if (node.is_object()) operations.push_back(plan_node(node.get_object(), 0));
        }
    } else if (!error && parsed.is_object()) {
        const auto& root = parsed.get_object();
        const auto latency = plan_number(root, "latency");
        if (latency.is_number()) execution_ms = latency.to_number<double>() * 1'000;
        operations.push_back(plan_node(root, 0));
    }
    json::object summary{{"database", "duckdb"},
                         {"planningTime", nullptr},
                         {"executionTime", nullptr},
                         {"totalCost", nullptr},
                         {"hasSequentialScans", plan.find("SCAN") != std::string_view::npos},
                         {"usedIndexes", json::array()}};
    if (execution_ms > 0) summary["executionTime"] = execution_ms;
    json::array params;
    for (const auto& value : compiled.values)
        params.push_back(json_value(value));
    const json::object out{
        {"operations", std::move(operations)},
        {"summary", std::move(summary)},
        {"raw", plan},
        {"sql", json::object{{"sql", compiled.sql}, {"params", std::move(params)}}}};
    return json::serialize(out);
}

std::string error_reply(const Problem& problem, std::string_view request_id) {
    const auto text = problem_text(problem);
    json::object out{{"error", text},
                     {"type", "UserError"},
                     {"plainError", text},
                     {"stack", ""},
                     {"position", problem.pointer},
                     {"requestId", request_id}};
    if (!problem.member.empty()) out["member"] = problem.member;
    if (!problem.nearest.empty()) out["suggestion"] = problem.nearest;
    return json::serialize(out);
}

}  // namespace icelight::semantic
