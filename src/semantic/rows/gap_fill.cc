#include "semantic/rows/gap_fill.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "semantic/compile.h"

namespace icelight::semantic {
namespace {

/// At least; cheap, since it only has to tell thousands from millions.
std::int64_t count_buckets(const DateRange& range, const Granularity& granularity) {
    return (range.end_us - range.start_us) / granularity.next(0) + 1;
}

const DateRange* filtered_range(const Query& query, const DimensionRef& dimension) {
    for (const auto& filter : query.filters.children) {
        if (filter.kind == Filter::Kind::kDimension && filter.dimension == dimension &&
            filter.op == Operator::kInDateRange)
            return &filter.dates.front();
    }
    return nullptr;
}

/// All buckets, as one column.
std::string buckets_sql(const FillPlan& plan) {
    const auto name = quote_name(plan.column);
    const auto& granularity = *plan.granularity;
    const auto first = granularity.floor(plan.range.start_local_us);
    const auto last = local_literal(plan.range.last_local_us);
    if (plan.zone->is_utc() || granularity.unit >= Unit::kDay) {
        return fmt::format("SELECT unnest(generate_series({}, {}, INTERVAL {})) AS {}",
                           local_literal(first),
                           last,
                           granularity.interval(),
                           name);
    }
    // Hours that the clocks skipped are no buckets: step through instants, one more than there are
    // buckets, since a change of the clocks moves them within theirs.
    const auto bucket = bucket_sql("instant", granularity, *plan.zone);
    return fmt::format(
        "SELECT DISTINCT {0} AS {1} FROM (SELECT unnest(generate_series({2}, {3}, INTERVAL {4})) "
        "AS instant) WHERE {0} <= {5}",
        bucket,
        name,
        time_literal(plan.zone->to_instant(first, Zone::Repeated::kEarlier).time_us),
        time_literal(granularity.next(plan.range.end_us - 1)),
        granularity.interval(),
        last);
}

}  // namespace

std::optional<FillPlan> plan_fill(const Query& query, const DateRange* period, Warnings& warnings) {
    if (!query.fill.is_on || query.is_ungrouped || query.measures.empty()) return std::nullopt;
    std::optional<std::size_t> only;
    for (std::size_t i = 0; i < query.time_dimensions.size(); ++i) {
        if (!query.is_selected(query.time_dimensions[i])) continue;
        if (only) return std::nullopt;
        only = i;
    }
    if (!only || query.time_dimensions[*only].granularity == nullptr) return std::nullopt;
    const auto& time = query.time_dimensions[*only];
    const DateRange* range = time.range ? &*time.range : nullptr;
    if (!time.compared.empty()) range = period;
    if (range == nullptr) range = filtered_range(query, time.dimension);
    if (range == nullptr) return std::nullopt;
    if (count_buckets(*range, *time.granularity) > kFillBucketsMax) {
        warnings.push_back(
            {"GAPS_NOT_FILLED",
             fmt::format("more than {} buckets: those without rows are left out", kFillBucketsMax),
             "/fillMissingDates"});
        return std::nullopt;
    }
    return FillPlan{
        time_column_name(query, *only), time.granularity, *range, &query.zone, query.fill.value};
}

std::string fill_sql(const FillPlan& plan, const BaseRows& base, const std::string& rows) {
    const auto time = quote_name(plan.column);
    const auto value = plan.value ? fmt::format("{}", *plan.value) : std::string("NULL");
    std::vector<std::string> columns;
    std::vector<std::string> groups;
    std::string on = fmt::format("found.{0} = bucket.{0}", time);
    for (const auto& group : base.group_names()) {
        if (group == plan.column) continue;
        const auto name = quote_name(group);
        groups.push_back(name);
        columns.push_back("groups." + name);
        on += fmt::format(" AND found.{0} IS NOT DISTINCT FROM groups.{0}", name);
    }
    for (const auto& measure : base.measure_names()) {
        columns.push_back(
            fmt::format("CASE WHEN found.{0} IS NULL THEN {1} ELSE found.{2} END AS {2}",
                        time,
                        value,
                        quote_name(measure)));
    }
    columns.push_back("bucket." + time);
    const auto all_groups =
        groups.empty() ? std::string()
                       : fmt::format("(SELECT DISTINCT {} FROM found) AS groups CROSS JOIN ",
                                     fmt::join(groups, ", "));
    return fmt::format(
        "WITH found AS MATERIALIZED ({}) SELECT {} FROM {}({}) AS bucket LEFT JOIN "
        "found ON {}",
        rows,
        fmt::join(columns, ", "),
        all_groups,
        buckets_sql(plan),
        on);
}

}  // namespace icelight::semantic
