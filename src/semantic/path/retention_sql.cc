#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "semantic/path/breakdown.h"
#include "semantic/path/retention.h"

namespace icelight::semantic {
namespace {

std::int64_t months_of(std::int64_t local_us) {
    const Civil civil = civil_from_us(local_us);
    return std::int64_t{12} * civil.year + civil.month;
}

std::int64_t unit_us(Unit unit) {
    return unit == Unit::kDay ? kUsPerDay : 7 * kUsPerDay;
}

/// @param local_us  any wall time.
std::int64_t bucket_of(std::int64_t local_us, std::int64_t origin_us, Unit unit) {
    if (unit == Unit::kMonth) return months_of(local_us) - months_of(origin_us);
    return (floor_to(local_us, unit) - origin_us) / unit_us(unit);
}

class RetentionWriter {
public:
    explicit RetentionWriter(const Retention& retention)
        : retention_(retention), buckets_(retention_buckets(retention)) {}

    Compiled write() {
        std::string sql = with_users();
        if (retention_.breakdown.empty()) {
            sql +=
                ", grouped AS (SELECT 0 AS rank, c FROM users WHERE c.cohort IS NOT NULL), groups "
                "AS (SELECT 0 AS rank)";
        } else {
            sql += with_breakdown();
        }
        sql +=
            ", members AS (SELECT rank, c.cohort AS cohort, c.periods AS periods, count(*) AS n "
            "FROM grouped GROUP BY ALL)";
        sql += retention_.is_by_cohort ? with_triangle() : with_totals();
        return finish(std::move(sql));
    }

private:
    std::string instant(std::int64_t local_us) const {
        return time_literal(
            retention_.scope.zone.to_instant(local_us, Zone::Repeated::kEarlier).time_us);
    }

    std::string bucket_sql() const {
        const auto& time = retention_.scope.time.item->sql;
        const Zone& zone = retention_.scope.zone;
        // Plain arithmetic where it can be: functions of time zones are slow.
        const auto local_us =
            zone.is_utc()
                ? fmt::format("epoch_us({})", time)
                : fmt::format("epoch_us(timezone({}, {}))", quote_text(zone.name()), time);
        if (retention_.granularity == Unit::kMonth) {
            return fmt::format("year(make_timestamp({0})) * 12 + month(make_timestamp({0})) - {1}",
                               local_us,
                               months_of(buckets_.origin_local_us));
        }
        return fmt::format(
            "({} - {}) // {}", local_us, buckets_.origin_local_us, unit_us(retention_.granularity));
    }

    std::string in_range_sql() const {
        const auto& time = retention_.scope.time.item->sql;
        return fmt::format("{} >= {} AND {} < {}",
                           time,
                           time_literal(retention_.range.start_us),
                           time,
                           time_literal(retention_.range.end_us));
    }

    /// What need not be read: times that no period looks at.
    std::string bounds_sql() const {
        const auto& time = retention_.scope.time.item->sql;
        std::string sql;
        if (!retention_.is_first_ever) {
            sql += fmt::format(" AND {} >= {}", time, instant(buckets_.origin_local_us));
        }
        if (!retention_.is_rolling) {
            const auto end = add_units(buckets_.origin_local_us,
                                       retention_.granularity,
                                       buckets_.last + 1 + retention_.periods);
            sql += fmt::format(" AND {} < {}", time, instant(end));
        }
        return sql;
    }

    /// WITH users: each key with its first bucket and what followed.
    std::string with_users() {
        const auto& scope = retention_.scope;
        const auto& time = scope.time.item->sql;
        const auto cohort = condition_sql(retention_.cohort, values_);
        const auto activity = condition_sql(retention_.activity, values_);
        const auto start = fmt::format("({}) AND ({})", in_range_sql(), cohort);
        auto bucket = bucket_sql();
        if (retention_.is_first_ever) {
            bucket = fmt::format(
                "CASE WHEN {} >= {} THEN {} END", time, instant(buckets_.origin_local_us), bucket);
        }
        std::string first_values;
        for (std::size_t i = 0; i < retention_.breakdown.size(); ++i) {
            first_values += fmt::format(
                ", arg_min_null(CAST({} AS VARCHAR), row({}, {})) FILTER (WHERE {}) AS b{}",
                retention_.breakdown[i].item->sql,
                time,
                scope.order_sql(),
                start,
                i);
        }
        std::string sql = fmt::format(
            "WITH users AS (SELECT {} AS key, cohort_periods({}, {}, {}) AS c{} {}{} AND (({}) OR "
            "({})) GROUP BY 1",
            scope.key.item->sql,
            bucket,
            start,
            activity,
            first_values,
            scope_from_sql(scope, values_),
            bounds_sql(),
            cohort,
            activity);
        if (retention_.is_first_ever) {
            sql += fmt::format(" HAVING NOT coalesce(bool_or(({}) AND {} < {}), false)",
                               cohort,
                               time,
                               time_literal(retention_.range.start_us));
        }
        return sql + ")";
    }

    std::string with_breakdown() const {
        std::string names;
        for (std::size_t i = 0; i < retention_.breakdown.size(); ++i)
            names += fmt::format("{}b{}", i == 0 ? "" : ", ", i);
        return ", firsts AS MATERIALIZED (SELECT * FROM users WHERE c.cohort IS NOT NULL)" +
               rank_breakdown("firsts", names, retention_.breakdown_limit) +
               fmt::format(
                   ", grouped AS (SELECT {} AS rank, f.c FROM firsts AS f JOIN ranked AS r "
                   "ON {})",
                   kept_rank(retention_.breakdown_limit),
                   same_breakdown(retention_.breakdown.size(), "f", "r"));
    }

    std::string retained_sql() const {
        return retention_.is_rolling ? "(periods >> p) <> 0" : "(periods >> p) & 1 = 1";
    }

    /// One row a period: over the cohorts that have reached it.
    std::string with_totals() const {
        return fmt::format(
            ", counted AS (SELECT rank, p, sum(n) FILTER (WHERE cohort + p <= {0}) AS size, sum(n) "
            "FILTER (WHERE cohort + p <= {0} AND {1}) AS kept, bool_or(cohort + p >= {0}) AS open "
            "FROM members CROSS JOIN range({2}) AS t(p) GROUP BY ALL)"
            ", cells AS (SELECT g.*, t.p, coalesce(c.size, 0)::BIGINT AS size, CASE WHEN c.size IS "
            "NOT NULL OR c.rank IS NULL THEN coalesce(c.kept, 0)::BIGINT END AS kept, "
            "coalesce(c.open, {3} + t.p >= {0}) AS open FROM groups AS g CROSS JOIN range({2}) AS "
            "t(p) LEFT JOIN counted AS c ON c.rank = g.rank AND c.p = t.p)",
            buckets_.now,
            retained_sql(),
            retention_.periods + 1,
            buckets_.last);
    }

    /// One row a cohort and period.
    std::string with_triangle() const {
        const std::int64_t cohorts = std::max<std::int64_t>(
            std::min(buckets_.last, std::max<std::int64_t>(buckets_.now, 0)) + 1, 1);
        return fmt::format(
            ", counted AS (SELECT rank, cohort, p, sum(n)::BIGINT AS size, coalesce(sum(n) FILTER "
            "(WHERE {1}), 0)::BIGINT AS kept FROM members CROSS JOIN range({2}) AS t(p) GROUP BY "
            "ALL)"
            ", cells AS (SELECT g.*, b.cohort, t.p, coalesce(c.size, 0) AS size, CASE WHEN "
            "b.cohort + t.p <= {0} THEN coalesce(c.kept, 0) END AS kept, b.cohort + t.p >= {0} AS "
            "open FROM groups AS g CROSS JOIN range({3}) AS b(cohort) CROSS JOIN range({2}) AS "
            "t(p) LEFT JOIN counted AS c ON c.rank = g.rank AND c.cohort = b.cohort AND c.p = t.p)",
            buckets_.now,
            retained_sql(),
            retention_.periods + 1,
            cohorts);
    }

    std::string cohort_label_sql() const {
        if (retention_.granularity == Unit::kMonth) {
            return fmt::format(
                "strftime(make_timestamp({}) + to_months(cohort::INTEGER), "
                "'%Y-%m-%d')",
                buckets_.origin_local_us);
        }
        return fmt::format("strftime(make_timestamp({} + cohort * {}), '%Y-%m-%d')",
                           buckets_.origin_local_us,
                           unit_us(retention_.granularity));
    }

    Compiled finish(std::string sql) {
        std::vector<Column> columns;
        sql += " SELECT ";
        if (retention_.is_by_cohort) {
            sql += cohort_label_sql() + " AS \"cohort\", ";
            columns.push_back({"cohort", ColumnRole::kOther, ValueType::kString});
        }
        sql +=
            "p AS \"period\", size AS \"cohortSize\", kept AS \"retainedUsers\", CASE WHEN kept IS "
            "NOT NULL THEN coalesce(kept / nullif(size, 0), 0) END AS \"retentionRate\", open AS "
            "\"incomplete\"";
        columns.insert(columns.end(),
                       {{"period", ColumnRole::kOther, ValueType::kNumber},
                        {"cohortSize", ColumnRole::kOther, ValueType::kNumber},
                        {"retainedUsers", ColumnRole::kOther, ValueType::kNumber},
                        {"retentionRate", ColumnRole::kOther, ValueType::kNumber},
                        {"incomplete", ColumnRole::kOther, ValueType::kBoolean}});
        if (!retention_.breakdown.empty()) {
            sql += ", " +
                   breakdown_object(retention_.breakdown, "rank", retention_.breakdown_limit) +
                   " AS \"breakdownValues\"";
            columns.push_back({"breakdownValues", ColumnRole::kOther, ValueType::kString});
        }
        sql += fmt::format(" FROM cells ORDER BY rank, {}p",
                           retention_.is_by_cohort ? "cells.cohort, " : "");
        return {std::move(sql), values_.take(), std::move(columns)};
    }

    const Retention& retention_;
    RetentionBuckets buckets_;
    SqlValues values_;
};

}  // namespace

RetentionBuckets retention_buckets(const Retention& retention) {
    const Zone& zone = retention.scope.zone;
    const Unit unit = retention.granularity;
    RetentionBuckets buckets;
    buckets.origin_local_us = floor_to(zone.to_local(retention.range.start_us), unit);
    const auto number = [&](std::int64_t time_us) {
        return bucket_of(zone.to_local(time_us), buckets.origin_local_us, unit);
    };
    buckets.last = std::max<std::int64_t>(number(retention.range.end_us - 1), 0);
    buckets.now = number(retention.now_us);
    return buckets;
}

Compiled compile_retention(const Retention& retention) {
    return RetentionWriter(retention).write();
}

}  // namespace icelight::semantic
