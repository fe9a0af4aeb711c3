#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "semantic/path/event_scope.h"

namespace icelight::semantic {

inline constexpr std::int64_t kPeriodsMax = 52;
/// Buckets of the range and of the periods after it together.
inline constexpr std::int64_t kRetentionBucketsMax = 10'000;

/// How many of the users who first came in a day, week or month come again later
/// (docs/semantic.md, "Retention").
struct Retention {
    EventScope scope;
    DateRange range;                 ///< In which the first event must lie.
    Unit granularity = Unit::kWeek;  ///< kDay, kWeek or kMonth.
    std::int64_t periods = 1;
    bool is_rolling = false;              ///< Active in period p or later; else in p.
    bool is_first_ever = false;           ///< The first event of all time must lie in the range.
    bool is_by_cohort = false;            ///< Rows for each cohort: the triangle.
    Filter cohort;                        ///< Which events begin; none: all.
    Filter activity;                      ///< Which events are activity; none: all.
    std::vector<DimensionRef> breakdown;  ///< As the user's first event in the range has them.
    std::int64_t breakdown_limit = 0;
    std::int64_t now_us = 0;
};

/// The days, weeks or months from the one that holds the range's start, numbered from 0.
struct RetentionBuckets {
    std::int64_t origin_local_us = 0;  ///< Start of bucket 0, wall time.
    std::int64_t last = 0;             ///< That of the range's end.
    std::int64_t now = 0;              ///< That which runs now; negative: before the range.
};

RetentionBuckets retention_buckets(const Retention& retention);

/// Reads {"retention": {bindingKey, timeDimension, dateRange, granularity, periods, retentionType,
/// cohortFilters, activityFilters, breakdownDimensions, breakdownLimit, cohortBy, byCohort}}.
Checked<Retention> read_retention(ObjectReader& query,
                                  const QueryContext& context,
                                  Warnings& warnings);

/// Rows period, cohortSize, retainedUsers, retentionRate, incomplete for every period from 0, for
/// each breakdown value and, by cohort, for each cohort (its first day).
///
/// Of a period that has not begun, numbers are null. Across cohorts a period counts only those that
/// have reached it, in cohortSize too; it is incomplete while it still runs for one of them.
Compiled compile_retention(const Retention& retention);

}  // namespace icelight::semantic
