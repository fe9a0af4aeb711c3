#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "semantic/path/event_scope.h"

namespace icelight::semantic {

inline constexpr std::int64_t kFlowStepsMax = 5;
inline constexpr std::int64_t kEventsPerLayerDefault = 15;
inline constexpr std::int64_t kEventsPerLayerMax = 100;
inline constexpr std::int64_t kEntityLimitMax = 10'000'000;

/// What users did before and after the first event of theirs that starts the flow
/// (docs/semantic.md, "Flows").
struct Flow {
    EventScope scope;
    DimensionRef event;      ///< Names an event; one without a name has its type's.
    std::string start_name;  ///< Of the starting step.
    Filter start;
    std::int64_t before = 0;  ///< Up to kFlowStepsMax.
    std::int64_t after = 0;
    bool is_sunburst = false;  ///< Nodes are told apart by the way to them; `before` is 0.
    bool has_exits = true;     ///< Where paths begin and end are nodes; not in a sunburst.
    std::optional<std::int64_t> entity_limit;  ///< That many users, chosen by the hash of the key.
    std::int64_t events_per_layer = kEventsPerLayerDefault;  ///< The rest of a layer is "(other)".
};

/// Reads {"flow": {bindingKey, timeDimension, eventDimension, startingStep: {name, filter, cube},
/// stepsBefore, stepsAfter, entityLimit, eventsPerLayer, includeExits, outputMode, joinStrategy}}.
Checked<Flow> read_flow(ObjectReader& query, const QueryContext& context, Warnings& warnings);

/// One row: nodes [{id, name, layer, value}] and links [{source, target, value}].
///
/// Conserving: a node's value is the sum of the links into it (but in the outermost layer before
/// and, without exits, wherever paths begin) and of the links out of it (but in the last layer and,
/// without exits, wherever paths end).
Compiled compile_flow(const Flow& flow);

}  // namespace icelight::semantic
