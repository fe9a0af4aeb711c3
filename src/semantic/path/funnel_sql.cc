#include <array>
#include <utility>

#include <fmt/format.h>

#include "semantic/path/breakdown.h"
#include "semantic/path/funnel.h"

namespace icelight::semantic {
namespace {

/// Of the engine's sequence functions: a row with bit 30 + k must not lie between steps k and k
/// + 1.
constexpr unsigned kExclusionShift = 30;

/// Of the seconds between a step and the one before.
constexpr std::array<std::string_view, 5> kStatistics = {"avg", "min", "max", "median", "p90"};

class FunnelWriter {
public:
    explicit FunnelWriter(const Funnel& funnel) : funnel_(funnel) {}

    Compiled write() {
        write_conditions();
        if (funnel_.users) return write_users(*funnel_.users);
        std::string sql;
        if (can_count_keys()) {
            sql = with_reached_of_all();
        } else {
            sql = with_users();
            sql += funnel_.breakdown.empty() ? ", grouped AS (SELECT 0 AS rank, m FROM users), "
                                               "groups AS (SELECT 0 AS rank)"
                                             : with_breakdown();
            sql += with_reached();
        }
        sql += with_counts();
        return finish(std::move(sql));
    }

private:
    bool wants_chain() const { return funnel_.wants_times || !funnel_.breakdown.empty(); }

    /// How many reach each step is all that is asked, and keys are texts: no group for each is
    /// needed. What reads as a text can have another type only in an operator's cube, and then
    /// values that are not equal have texts that are not.
    bool can_count_keys() const {
        return !wants_chain() && funnel_.scope.key.item->type == ValueType::kString;
    }

    void write_conditions() {
        for (const auto& step : funnel_.steps) {
            steps_.push_back(condition_sql(step.filter, values_));
        }
        for (const auto& exclusion : funnel_.exclusions) {
            exclusions_.push_back(condition_sql(exclusion.filter, values_));
        }
    }

    /// Which steps and exclusions an event is of, as bits.
    std::string bits_sql() const {
        std::string sql;
        const auto add = [&sql](const std::string& condition, std::uint64_t bits) {
            if (!sql.empty()) sql += " + ";
            sql += fmt::format("CASE WHEN {} THEN {}::BIGINT ELSE 0 END", condition, bits);
        };
        for (std::size_t k = 0; k < steps_.size(); ++k) {
            add(steps_[k], std::uint64_t{1} << k);
        }
        // Exclusions may overlap, and bits that are there twice must not be added.
        for (std::size_t i = 0; i < exclusions_.size(); ++i) {
            const auto& exclusion = funnel_.exclusions[i];
            std::uint64_t bits = 0;
            for (std::size_t k = exclusion.from_step + 1; k <= exclusion.to_step; ++k) {
                bits |= std::uint64_t{1} << (kExclusionShift + k);
            }
            sql = fmt::format(
                "({}) | CASE WHEN {} THEN {}::BIGINT ELSE 0 END", sql, exclusions_[i], bits);
        }
        return sql;
    }

    /// An event that is of no step and no exclusion says nothing.
    std::string any_sql() const {
        std::string sql;
        for (const auto* conditions : {&steps_, &exclusions_}) {
            for (const std::string& condition : *conditions) {
                if (condition == "true") return "true";
                sql += fmt::format("{}({})", sql.empty() ? "" : " OR ", condition);
            }
        }
        return sql;
    }

    std::string spec() const {
        std::string text = std::to_string(funnel_.steps.size());
        if (funnel_.is_first) text += " first";
        if (funnel_.total_us) text += fmt::format(" total={}us", *funnel_.total_us);
        for (std::size_t k = 1; k < funnel_.steps.size(); ++k) {
            const auto& within = funnel_.steps[k].within_us;
            if (within) text += fmt::format(" step{}={}us", k + 1, *within);
        }
        return text;
    }

    /// WITH reached, from one list of counts.
    std::string with_reached_of_all() {
        const auto& scope = funnel_.scope;
        return fmt::format(
            "WITH counted AS (SELECT sequence_counts('{}', {}, {}, {}, {}) AS m {} AND ({})), "
            "groups AS (SELECT 0 AS rank), reached AS (SELECT 0 AS rank, s.i, c.m[s.i + 1] AS n "
            "FROM counted AS c CROSS JOIN range({}) AS s(i))",
            spec(),
            scope.key.item->sql,
            scope.time.item->sql,
            scope.order_sql(),
            bits_sql(),
            scope_from_sql(scope, values_),
            any_sql(),
            steps_.size());
    }

    /// WITH users: each key with the chain that goes deepest.
    std::string with_users() {
        const auto& scope = funnel_.scope;
        return fmt::format(
            "WITH users AS (SELECT {} AS key, {}('{}', {}, {}, {}) AS m {} AND ({}) GROUP BY 1)",
            scope.key.item->sql,
            wants_chain() || funnel_.users ? "sequence_match" : "sequence_depth",
            spec(),
            scope.time.item->sql,
            scope.order_sql(),
            bits_sql(),
            scope_from_sql(scope, values_),
            any_sql());
    }

    /// The values at the chain's first event; `users` has only its time and position.
    std::string with_breakdown() {
        const auto& scope = funnel_.scope;
        std::string selected;
        std::string least;
        std::string names;
        for (std::size_t i = 0; i < funnel_.breakdown.size(); ++i) {
            selected +=
                fmt::format(", CAST({} AS VARCHAR) AS b{}", funnel_.breakdown[i].item->sql, i);
            least += fmt::format(", min(e.b{}) AS b{}", i, i);
            names += fmt::format("{}b{}", i == 0 ? "" : ", ", i);
        }
        std::string sql = fmt::format(
            ", firsts AS MATERIALIZED (SELECT u.key, any_value(u.m) AS m{} FROM users AS u JOIN "
            "(SELECT {} AS "
            "key, {} AS time, {} AS position{} {} AND ({})) AS e ON e.key = u.key AND e.time = "
            "u.m.times[1] AND e.position = u.m.positions[1] GROUP BY u.key)",
            least,
            scope.key.item->sql,
            scope.time.item->sql,
            scope.order_sql(),
            selected,
            scope_from_sql(scope, values_),
            steps_.front());
        sql += rank_breakdown("firsts", names, funnel_.breakdown_limit);
        sql += fmt::format(
            ", grouped AS (SELECT {} AS rank, f.m FROM firsts AS f JOIN ranked AS r "
            "ON {})",
            kept_rank(funnel_.breakdown_limit),
            same_breakdown(funnel_.breakdown.size(), "f", "r"));
        return sql;
    }

    /// How many of each group reached each step, and how long that took them.
    std::string with_reached() const {
        if (!wants_chain()) {
            return ", depths AS (SELECT rank, m AS depth, count(*) AS n FROM grouped GROUP BY ALL)"
                   ", reached AS (SELECT d.rank, s.i, sum(d.n)::BIGINT AS n FROM depths AS d "
                   "CROSS JOIN range(" +
                   std::to_string(steps_.size()) + ") AS s(i) WHERE d.depth > s.i GROUP BY ALL)";
        }
        std::string times;
        if (funnel_.wants_times) {
            times =
                ", avg(seconds) AS avg_s, min(seconds) AS min_s, max(seconds) AS max_s, "
                "quantile_cont(seconds, 0.5) AS median_s, quantile_cont(seconds, 0.9) AS p90_s";
        }
        return fmt::format(
            ", reached AS (SELECT rank, i, count(*) AS n{} FROM (SELECT rank, i, CASE WHEN i > 0 "
            "THEN (epoch_us(t[i + 1]) - epoch_us(t[i])) / 1000000 END AS seconds FROM (SELECT "
            "rank, m.times AS t, unnest(range(len(m.times))) AS i FROM grouped)) GROUP BY ALL)",
            times);
    }

    /// Every step of every group, also those that nobody reached.
    std::string with_counts() {
        std::string names;
        for (std::size_t i = 0; i < funnel_.steps.size(); ++i) {
            names += fmt::format(
                "{}({}, {}::VARCHAR)", i == 0 ? "" : ", ", i, values_.bind(funnel_.steps[i].name));
        }
        std::string times;
        if (funnel_.wants_times) {
            for (const std::string_view statistic : kStatistics)
                times += fmt::format(", r.{}_s", statistic);
        }
        return fmt::format(
            ", counts AS (SELECT g.*, s.i, s.name, coalesce(r.n, 0) AS n{} FROM groups AS g CROSS "
            "JOIN (VALUES {}) AS s(i, name) LEFT JOIN reached AS r ON "
            "r.rank = g.rank AND r.i = s.i)",
            times,
            names);
    }

    Compiled finish(std::string sql) {
        columns_ = {{"step", ColumnRole::kOther, ValueType::kString},
                    {"stepIndex", ColumnRole::kOther, ValueType::kNumber},
                    {"count", ColumnRole::kOther, ValueType::kNumber},
                    {"conversionRate", ColumnRole::kOther, ValueType::kNumber},
                    {"cumulativeConversionRate", ColumnRole::kOther, ValueType::kNumber}};
        sql +=
            " SELECT name AS \"step\", i AS \"stepIndex\", n AS \"count\", CASE WHEN i > 0 THEN "
            "coalesce(n / nullif(lag(n) OVER w, 0), 0) END AS \"conversionRate\", CASE WHEN i = 0 "
            "THEN 1.0::DOUBLE ELSE coalesce(n / nullif(first_value(n) OVER w, 0), 0) END AS "
            "\"cumulativeConversionRate\"";
        if (funnel_.wants_times) {
            for (const std::string_view statistic : kStatistics) {
                const auto name = fmt::format("{}SecondsToConvert", statistic);
                sql += fmt::format(", {}_s AS \"{}\"", statistic, name);
                columns_.push_back({name, ColumnRole::kOther, ValueType::kNumber});
            }
        }
        if (!funnel_.breakdown.empty()) {
            sql += ", " + breakdown_object(funnel_.breakdown, "rank", funnel_.breakdown_limit) +
                   " AS \"breakdownValues\"";
            columns_.push_back({"breakdownValues", ColumnRole::kOther, ValueType::kString});
        }
        sql += " FROM counts WINDOW w AS (PARTITION BY rank ORDER BY i) ORDER BY rank, i";
        return {std::move(sql), values_.take(), std::move(columns_)};
    }

    Compiled write_users(const FunnelUsers& users) {
        const auto key = funnel_.scope.key.full_name();
        std::string sql = with_users();
        sql += fmt::format(
            " SELECT key AS {}, len(m.times) AS \"stepsReached\", m.times[1] AS \"firstStepAt\", "
            "m.times[{}] AS \"lastStepAt\" FROM users WHERE len(m.times) {} ORDER BY key LIMIT {} "
            "OFFSET {}",
            quote_name(key),
            users.has_dropped ? std::to_string(users.step + 1) : "len(m.times)",
            users.has_dropped ? fmt::format("= {}", users.step + 1)
                              : fmt::format("> {}", users.step),
            users.limit,
            users.offset);
        return {std::move(sql),
                values_.take(),
                {{key, ColumnRole::kDimension, funnel_.scope.key.item->type},
                 {"stepsReached", ColumnRole::kOther, ValueType::kNumber},
                 {"firstStepAt", ColumnRole::kOther, ValueType::kTime},
                 {"lastStepAt", ColumnRole::kOther, ValueType::kTime}}};
    }

    const Funnel& funnel_;
    SqlValues values_;
    std::vector<std::string> steps_;
    std::vector<std::string> exclusions_;
    std::vector<Column> columns_;
};

}  // namespace

Compiled compile_funnel(const Funnel& funnel) {
    return FunnelWriter(funnel).write();
}

}  // namespace icelight::semantic
