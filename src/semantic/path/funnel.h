#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "semantic/path/event_scope.h"

namespace icelight::semantic {

/// As many as the engine's sequence functions take.
inline constexpr std::size_t kFunnelStepsMax = 30;
inline constexpr std::int64_t kBreakdownValuesDefault = 25;
inline constexpr std::int64_t kBreakdownValuesMax = 200;
inline constexpr std::int64_t kUserListDefault = 1'000;
/// What breakdowns call the values, and flows the events, that are too rare to be told apart.
inline constexpr std::string_view kOther = "(other)";

struct FunnelStep {
    std::string name;
    Filter filter;
    std::optional<std::int64_t> within_us;  ///< Since the step before; inclusive.
};

/// Events that must not happen between two steps.
struct FunnelExclusion {
    Filter filter;
    std::size_t from_step = 0;
    std::size_t to_step = 0;  ///< Above from_step.
};

/// Asks for the users of a step instead of the counts.
struct FunnelUsers {
    std::size_t step = 0;
    bool has_dropped = false;  ///< Those whose last step it is; else all who reached it.
    std::int64_t limit = kUserListDefault;
    std::int64_t offset = 0;
};

/// How many users go through the steps in order, exactly (docs/semantic.md, "Funnels").
struct Funnel {
    EventScope scope;
    std::vector<FunnelStep> steps;
    bool is_first = false;  ///< Of each step only the first event after the one before counts.
    std::optional<std::int64_t> total_us;  ///< globalTimeWindow; inclusive.
    std::vector<FunnelExclusion> exclusions;
    bool wants_times = false;             ///< includeTimeMetrics
    std::vector<DimensionRef> breakdown;  ///< As the user's first event of the funnel has them.
    std::int64_t breakdown_limit = kBreakdownValuesDefault;
    std::optional<FunnelUsers> users;
};

/// Reads {"funnel": {bindingKey, timeDimension, steps: [{name, filter, timeToConvert, cube}],
/// mode, globalTimeWindow, includeTimeMetrics, exclusions: [{filter, fromStep, toStep}],
/// breakdownDimensions, breakdownLimit, users: {step, state, limit, offset}}}.
Checked<Funnel> read_funnel(ObjectReader& query, const QueryContext& context, Warnings& warnings);

/// One row a step (for each breakdown value): step, stepIndex, count, conversionRate (null for the
/// first), cumulativeConversionRate; with times avg-, min-, max-, median- and p90SecondsToConvert;
/// with a breakdown breakdownValues. For the users of a step: the key, stepsReached, firstStepAt,
/// lastStepAt.
Compiled compile_funnel(const Funnel& funnel);

}  // namespace icelight::semantic
