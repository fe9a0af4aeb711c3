#include "semantic/path/retention.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "semantic/path/funnel.h"

namespace icelight::semantic {
namespace {

/// As many rows as an answer of SQL may have.
constexpr std::int64_t kRowsMax = 10'000;
constexpr std::int64_t kBreakdownMax = 100;

/// One of `words`; the first when absent.
template <std::size_t count>
Checked<std::string> read_word(ObjectReader& mode,
                               std::string_view key,
                               const std::array<std::string_view, count>& words) {
    ICE_ASSIGN(const auto text, mode.find_string(key));
    if (!text) return std::string(words.front());
    if (std::find(words.begin(), words.end(), *text) == words.end()) {
        return refuse_name(fmt::format("`{}` is not a `{}`", *text, key),
                           mode.at(key).pointer(),
                           *text,
                           {words.begin(), words.end()});
    }
    return *text;
}

Checked<> read_range(ObjectReader& mode, const FilterContext& filters, Retention& retention) {
    const Place place = mode.at("dateRange");
    const auto* const value = mode.find("dateRange");
    if (value == nullptr) {
        return refuse("retention needs a `dateRange`: when users first came", place.pointer());
    }
    if (!value->is_object()) {
        ICE_ASSIGN(retention.range, read_date_range(*value, place, filters.dates));
        return {};
    }
    ICE_ASSIGN(auto reader, ObjectReader::open(*value, place));
    ICE_ASSIGN(const auto start, reader.string("start"));
    ICE_ASSIGN(const auto end, reader.string("end"));
    const boost::json::value pair = boost::json::array{start, end};
    ICE_ASSIGN(retention.range, read_date_range(pair, place, filters.dates));
    reader.warn_unknown(filters.warnings);
    return {};
}

Checked<> check_size(ObjectReader& mode, const Retention& retention) {
    const std::int64_t cohorts = retention_buckets(retention).last + 1;
    if (cohorts + retention.periods > kRetentionBucketsMax) {
        return refuse(fmt::format("`dateRange` spans {} cohorts; at most {} are counted",
                                  cohorts,
                                  kRetentionBucketsMax - retention.periods),
                      mode.at("dateRange").pointer());
    }
    const std::int64_t groups = retention.breakdown.empty() ? 1 : retention.breakdown_limit + 1;
    const std::int64_t rows =
        groups * (retention.periods + 1) * (retention.is_by_cohort ? cohorts : 1);
    if (rows > kRowsMax) {
        return refuse(fmt::format("the answer would have {} rows, more than {}: a shorter "
                                  "`dateRange`, fewer `periods` or a lower `breakdownLimit` helps",
                                  rows,
                                  kRowsMax),
                      mode.place().pointer());
    }
    return {};
}

Checked<> read_words(ObjectReader& mode, Retention& retention) {
    using Words = std::array<std::string_view, 2>;
    ICE_ASSIGN(
        const auto granularity,
        read_word(mode, "granularity", std::array<std::string_view, 3>{"week", "day", "month"}));
    retention.granularity = granularity == "day"     ? Unit::kDay
                            : granularity == "month" ? Unit::kMonth
                                                     : Unit::kWeek;
    ICE_ASSIGN(const auto type, read_word(mode, "retentionType", Words{"classic", "rolling"}));
    retention.is_rolling = type == "rolling";
    ICE_ASSIGN(const auto by, read_word(mode, "cohortBy", Words{"firstInRange", "firstEver"}));
    retention.is_first_ever = by == "firstEver";
    ICE_ASSIGN(const auto by_cohort, mode.find_bool("byCohort"));
    retention.is_by_cohort = by_cohort.value_or(false);
    return {};
}

}  // namespace

Checked<Retention> read_retention(ObjectReader& query,
                                  const QueryContext& context,
                                  Warnings& warnings) {
    const Place place = query.at("retention");
    const auto* const value = query.find("retention");
    if (value == nullptr) return refuse("there is no `retention`", place.pointer());
    ICE_ASSIGN(auto mode, ObjectReader::open(*value, place));
    Retention retention;
    retention.now_us = context.now_us;
    ICE_ASSIGN(retention.scope, read_event_scope(query, mode, context, warnings));
    const auto filters = filter_context(retention.scope, context, warnings);
    ICE_TRY(read_range(mode, filters, retention));
    ICE_TRY(read_words(mode, retention));
    ICE_ASSIGN(const auto periods, mode.find_integer("periods", 1, kPeriodsMax));
    if (!periods) {
        return refuse(fmt::format("retention needs `periods`, 1 to {}", kPeriodsMax),
                      mode.at("periods").pointer());
    }
    retention.periods = *periods;
    ICE_ASSIGN(retention.cohort,
               read_event_filter(
                   mode.find("cohortFilters"), mode.at("cohortFilters"), retention.scope, filters));
    ICE_ASSIGN(
        retention.activity,
        read_event_filter(
            mode.find("activityFilters"), mode.at("activityFilters"), retention.scope, filters));
    ICE_ASSIGN(retention.breakdown,
               read_event_dimensions(mode, "breakdownDimensions", retention.scope, context.model));
    ICE_ASSIGN(const auto limit, mode.find_integer("breakdownLimit", 1, kBreakdownMax));
    retention.breakdown_limit = limit.value_or(kBreakdownValuesDefault);
    if (limit && retention.breakdown.empty()) {
        warnings.push_back({"NO_EFFECT",
                            "there is no `breakdownDimensions`",
                            mode.at("breakdownLimit").pointer()});
    }
    mode.warn_unknown(warnings);
    ICE_TRY(check_size(mode, retention));
    return retention;
}

}  // namespace icelight::semantic
