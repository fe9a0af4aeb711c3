#include "semantic/path/flow.h"

#include <utility>

#include <fmt/format.h>

namespace icelight::semantic {
namespace {

Checked<std::int64_t> read_steps(ObjectReader& mode, std::string_view key) {
    ICE_ASSIGN(const auto steps, mode.find_integer(key, 0, kFlowStepsMax));
    if (!steps) return std::int64_t{0};
    return *steps;
}

Checked<> read_start(ObjectReader& mode,
                     const QueryContext& context,
                     Warnings& warnings,
                     Flow& flow) {
    const Place place = mode.at("startingStep");
    const auto* const value = mode.find("startingStep");
    if (value == nullptr) return refuse("a flow needs a `startingStep`", place.pointer());
    ICE_ASSIGN(auto reader, ObjectReader::open(*value, place));
    ICE_ASSIGN(auto step,
               read_event_step(reader, flow.scope, filter_context(flow.scope, context, warnings)));
    flow.start_name = step.name.value_or("");
    flow.start = std::move(step.filter);
    reader.warn_unknown(warnings);
    return {};
}

Checked<> read_event(ObjectReader& mode, const Model& model, Flow& flow) {
    ICE_ASSIGN(const auto name, mode.find_string("eventDimension"));
    if (!name) {
        const auto& stream = flow.scope.cube->event_stream;
        flow.event = {flow.scope.cube,
                      flow.scope.cube->find_dimension(stream ? stream->event : std::string())};
        return {};
    }
    ICE_ASSIGN(flow.event,
               read_event_dimension(*name, mode.at("eventDimension").pointer(), flow.scope, model));
    return {};
}

Checked<> read_output(ObjectReader& mode, Warnings& warnings, Flow& flow) {
    ICE_ASSIGN(const auto output, mode.find_string("outputMode"));
    if (output && *output != "sankey" && *output != "sunburst") {
        return refuse_name("`outputMode` is \"sankey\" or \"sunburst\"",
                           mode.at("outputMode").pointer(),
                           *output,
                           {"sankey", "sunburst"});
    }
    flow.is_sunburst = output == "sunburst";
    if (flow.is_sunburst && flow.before > 0) {
        warnings.push_back({"NO_EFFECT",
                            "a sunburst begins with the starting step: stepsBefore is 0",
                            mode.at("stepsBefore").pointer()});
        flow.before = 0;
    }
    // A hint for how to run it, for servers that can choose.
    ICE_ASSIGN(const auto strategy, mode.find_string("joinStrategy"));
    if (strategy && *strategy != "auto" && *strategy != "lateral" && *strategy != "window") {
        return refuse_name("`joinStrategy` is \"auto\", \"lateral\" or \"window\"",
                           mode.at("joinStrategy").pointer(),
                           *strategy,
                           {"auto", "lateral", "window"});
    }
    ICE_ASSIGN(const auto exits, mode.find_bool("includeExits"));
    flow.has_exits = exits.value_or(true) && !flow.is_sunburst;
    if (exits == true && flow.is_sunburst) {
        warnings.push_back(
            {"NO_EFFECT", "a sunburst has no exits", mode.at("includeExits").pointer()});
    }
    return {};
}

}  // namespace

Checked<Flow> read_flow(ObjectReader& query, const QueryContext& context, Warnings& warnings) {
    const Place place = query.at("flow");
    const auto* const value = query.find("flow");
    if (value == nullptr) return refuse("there is no `flow`", place.pointer());
    ICE_ASSIGN(auto mode, ObjectReader::open(*value, place));
    Flow flow;
    ICE_ASSIGN(flow.scope, read_event_scope(query, mode, context, warnings));
    ICE_TRY(read_event(mode, context.model, flow));
    ICE_TRY(read_start(mode, context, warnings, flow));
    ICE_ASSIGN(flow.before, read_steps(mode, "stepsBefore"));
    ICE_ASSIGN(flow.after, read_steps(mode, "stepsAfter"));
    ICE_TRY(read_output(mode, warnings, flow));
    ICE_ASSIGN(flow.entity_limit, mode.find_integer("entityLimit", 1, kEntityLimitMax));
    ICE_ASSIGN(const auto events, mode.find_integer("eventsPerLayer", 1, kEventsPerLayerMax));
    flow.events_per_layer = events.value_or(kEventsPerLayerDefault);
    mode.warn_unknown(warnings);
    return flow;
}

}  // namespace icelight::semantic
