#include "semantic/rows/measure_sql.h"

#include <fmt/format.h>

#include "base/check.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {
namespace {

std::string all_of(const std::vector<std::string>& conditions) {
    if (conditions.size() == 1) return conditions.front();
    return fmt::format("({})", fmt::join(conditions, ") AND ("));
}

std::string call(const Measure& measure) {
    const auto& x = measure.sql;
    switch (measure.type) {
        case MeasureType::kCount:
            return x.empty() ? "count(*)" : fmt::format("count({})", x);
        case MeasureType::kCountDistinct:
            return fmt::format("count(DISTINCT {})", x);
        case MeasureType::kCountDistinctApprox:
            return fmt::format("approx_count_distinct({})", x);
        case MeasureType::kSum:
            return fmt::format("sum({})", x);
        case MeasureType::kAvg:
            return fmt::format("avg({})", x);
        case MeasureType::kMin:
            return fmt::format("min({})", x);
        case MeasureType::kMax:
            return fmt::format("max({})", x);
        case MeasureType::kStddev:
            return fmt::format("stddev_pop({})", x);
        case MeasureType::kStddevSamp:
            return fmt::format("stddev_samp({})", x);
        case MeasureType::kVariance:
            return fmt::format("var_pop({})", x);
        case MeasureType::kVarianceSamp:
            return fmt::format("var_samp({})", x);
        case MeasureType::kMedian:
            return fmt::format("quantile_cont({}, 0.5)", x);
        case MeasureType::kPercentile:
            return fmt::format("quantile_cont({}, {})", x, measure.percentile);
        case MeasureType::kP95:
            return fmt::format("quantile_cont({}, 0.95)", x);
        case MeasureType::kP99:
            return fmt::format("quantile_cont({}, 0.99)", x);
        default:
            ICE_CHECK(false, "not an aggregate");
            return {};
    }
}

bool is_zero_for_nothing(MeasureType type, Dialect dialect) {
    switch (type) {
        case MeasureType::kAvg:
            return dialect == Dialect::kDrizzle;
        case MeasureType::kStddev:
        case MeasureType::kStddevSamp:
        case MeasureType::kVariance:
        case MeasureType::kVarianceSamp:
            return true;
        default:
            return false;
    }
}

std::string calculated_sql(const MeasureRef& measure, Dialect dialect) {
    const auto& cube = *measure.cube;
    return replace_references(measure.item->calculated, [&](std::string_view name) {
        const auto dot = name.find('.');
        if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
        const auto* other = cube.find_measure(name);
        ICE_CHECK(other != nullptr, "a calculated measure names measures of its cube");
        return aggregate_sql({&cube, other}, dialect);
    });
}

std::string compare_rows(Window::Operation operation,
                         const std::string& base,
                         const std::string& other) {
    switch (operation) {
        case Window::Operation::kRaw:
            return other;
        case Window::Operation::kDifference:
            return fmt::format("{} - {}", base, other);
        case Window::Operation::kRatio:
            return fmt::format("{} / NULLIF({}, 0)", base, other);
        case Window::Operation::kPercentChange:
            return fmt::format("100.0 * ({0} - {1}) / NULLIF({1}, 0)", base, other);
    }
    return other;
}

std::string over(const std::vector<std::string>& partition, const std::string& order) {
    std::string out;
    if (!partition.empty()) out += fmt::format("PARTITION BY {}", fmt::join(partition, ", "));
    if (!order.empty()) out += fmt::format("{}ORDER BY {}", out.empty() ? "" : " ", order);
    return out;
}

}  // namespace

std::string replace_references(std::string_view text,
                               const std::function<std::string(std::string_view)>& visit) {
    std::string out;
    while (true) {
        const auto open = text.find('{');
        const auto close = text.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos) break;
        const auto before = text.substr(0, open);
        const auto last = before.find_last_not_of(' ');
        const bool is_divisor = last != std::string_view::npos && before[last] == '/';
        out += before;
        const auto inner = visit(text.substr(open + 1, close - open - 1));
        out += is_divisor ? fmt::format("NULLIF({}, 0)", inner) : fmt::format("({})", inner);
        text.remove_prefix(close + 1);
    }
    return out += text;
}

std::string aggregate_sql(const MeasureRef& measure, Dialect dialect) {
    const Measure& m = *measure.item;
    if (!m.calculated.empty()) return calculated_sql(measure, dialect);
    if (m.type == MeasureType::kNumber) return m.sql;
    std::string out = call(m);
    if (!m.filters.empty()) out += fmt::format(" FILTER (WHERE {})", all_of(m.filters));
    if (is_zero_for_nothing(m.type, dialect)) return fmt::format("coalesce({}, 0)", out);
    return out;
}

std::string row_value_sql(const Measure& measure) {
    if (measure.filters.empty()) return measure.sql;
    return fmt::format("CASE WHEN {} THEN {} END", all_of(measure.filters), measure.sql);
}

std::string window_sql(const Measure& measure, const std::string& base, const WindowFrame& frame) {
    const auto& along = frame.times.empty() ? frame.dimensions : frame.times;
    const auto partition = frame.times.empty() ? std::vector<std::string>() : frame.dimensions;
    const std::string rows = over(partition, fmt::format("{}", fmt::join(along, ", ")));
    const std::string ranks = over(frame.times, base + " DESC NULLS LAST");
    const auto& window = measure.window;
    const auto operation = window.operation.value_or(Window::Operation::kDifference);
    switch (measure.type) {
        case MeasureType::kRunningTotal:
            return fmt::format(
                "sum({}) OVER ({} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)", base, rows);
        case MeasureType::kMovingAvg:
        case MeasureType::kMovingSum:
            return fmt::format("{}({}) OVER ({} ROWS BETWEEN {} PRECEDING AND CURRENT ROW)",
                               measure.type == MeasureType::kMovingAvg ? "avg" : "sum",
                               base,
                               rows,
                               window.preceding);
        case MeasureType::kLag:
        case MeasureType::kLead: {
            const auto other = fmt::format("{}({}, {}) OVER ({})",
                                           measure.type == MeasureType::kLag ? "lag" : "lead",
                                           base,
                                           window.offset,
                                           rows);
            return compare_rows(operation, base, other);
        }
        case MeasureType::kFirstValue:
        case MeasureType::kLastValue:
            return fmt::format(
                "{}({}) OVER ({} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED "
                "FOLLOWING)",
                measure.type == MeasureType::kFirstValue ? "first_value" : "last_value",
                base,
                rows);
        case MeasureType::kRank:
            return fmt::format("rank() OVER ({})", ranks);
        case MeasureType::kDenseRank:
            return fmt::format("dense_rank() OVER ({})", ranks);
        case MeasureType::kRowNumber:
            return fmt::format("row_number() OVER ({})", ranks);
        case MeasureType::kNtile:
            return fmt::format("ntile({}) OVER ({})", window.buckets, ranks);
        default:
            ICE_CHECK(false, "not a window");
            return {};
    }
}

}  // namespace icelight::semantic
