#include "semantic/path/path_reply.h"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "semantic/reply/plan_reply.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

json::array step_list(const Funnel& funnel) {
    json::array steps;
    for (std::size_t i = 0; i < funnel.steps.size(); ++i) {
        json::object step{{"name", funnel.steps[i].name}, {"index", i}};
        const auto& within = funnel.steps[i].within_us;
        if (within) {
            step["timeToConvert"] = fmt::format("PT{}S", static_cast<double>(*within) / 1e6);
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

json::object describe(const Funnel& funnel) {
    return {{"steps", step_list(funnel)}};
}

json::object describe(const Flow& flow) {
    return {{"startingStep", json::object{{"name", flow.start_name}}},
            {"stepsBefore", flow.before},
            {"stepsAfter", flow.after}};
}

json::object describe(const Retention& retention) {
    return {{"granularity", unit_name(retention.granularity)},
            {"periods", retention.periods},
            {"retentionType", retention.is_rolling ? "rolling" : "classic"}};
}

json::object describe(const PathQuery& query) {
    return std::visit([](const auto& asked) { return describe(asked); }, query.asked);
}

const EventScope& scope_of(const PathQuery& query) {
    return std::visit([](const auto& asked) -> const EventScope& { return asked.scope; },
                      query.asked);
}

json::array warning_list(const Warnings& warnings) {
    json::array list;
    for (const Warning& warning : warnings) {
        list.push_back(json::object{
            {"code", warning.code}, {"message", warning.message}, {"pointer", warning.pointer}});
    }
    return list;
}

}  // namespace

json::object path_annotation(const PathQuery& query, const json::value& asked) {
    json::object described = describe(query);
    described["config"] = asked.at(query.mode());
    json::object annotation{{"measures", json::object()},
                            {"dimensions", json::object()},
                            {"segments", json::object()},
                            {"timeDimensions", json::object()}};
    annotation[query.mode()] = std::move(described);
    return annotation;
}

json::object path_dry_run_reply(const PathQuery& query,
                                const json::value& asked,
                                const Warnings& warnings) {
    const EventScope& scope = scope_of(query);
    json::object metadata = describe(query);
    metadata["bindingKey"] = scope.key.full_name();
    metadata["timeDimension"] = scope.time.full_name();
    if (const auto* const funnel = std::get_if<Funnel>(&query.asked)) {
        metadata["stepCount"] = funnel->steps.size();
    }
    const json::array statement = sql_object(query.compiled)["sql"].as_array();
    const json::array cubes{json::value(scope.cube->name)};
    json::object out;
    out["mode"] = query.mode();
    out["queryType"] = fmt::format("{}Query", query.mode());
    out["joinType"] = fmt::format("{}_cte", query.mode());
    out["normalizedQueries"] = json::array{asked};
    out["queryOrder"] = json::array();
    out["transformedQueries"] = json::array();
    out["pivotQuery"] = json::object{{"query", asked}, {"cubes", cubes}};
    out["sql"] = json::object{{"sql", json::array{statement.at(0)}}, {"params", statement.at(1)}};
    out["complexity"] = "high";
    out["valid"] = true;
    out["cubesUsed"] = cubes;
    out["query"] = asked;
    out["modeMetadata"] = std::move(metadata);
    if (!warnings.empty()) out["warnings"] = warning_list(warnings);
    return out;
}

}  // namespace icelight::semantic
