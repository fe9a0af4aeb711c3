#pragma once

#include <string>
#include <utility>
#include <vector>

#include "semantic/query.h"
#include "semantic/rows/joins.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {

/// A time as wall time of the zone: a TIMESTAMP.
std::string local_time_sql(const std::string& time, const Zone& zone);

/// TIMESTAMP '2024-01-31 00:00:00.000000': a wall time.
std::string local_literal(std::int64_t local_us);

/// The start of the bucket that a time falls into, in wall time.
std::string bucket_sql(const std::string& time, const Granularity& granularity, const Zone& zone);

/// The innermost SELECT of a query: filtered, joined, grouped and aggregated rows.
///
/// A measure counts each row of its own cube once in a group, however many rows of other cubes that
/// row meets: where a join multiplies them, the distinct rows are taken first; measures of several
/// cubes are aggregated apart and put together by group.
class BaseRows {
public:
    /// @param period  in place of the range of the time dimension that compares.
    BaseRows(const Query& query, const Model& model, const DateRange* period)
        : query_(query), model_(model), period_(period) {}

    /// @error  members of cubes that no join connects.
    Checked<> plan_joins();

    void add_group(const std::string& name, const std::string& sql);
    void add_measure(const MeasureRef& measure);
    /// A filter on measures, none of them a window.
    void add_having(const Filter& filter);

    const DateRange* period() const { return period_; }

    std::vector<std::string> group_names() const;
    std::vector<std::string> measure_names() const;

    std::string write(SqlValues& values) const;

private:
    struct Item {
        std::string name;
        std::string sql;     ///< Of a group.
        MeasureRef measure;  ///< Else.

        bool is_group() const { return measure.item == nullptr; }
    };

    std::vector<const Cube*> cubes() const;
    std::string value_sql(const MeasureRef& measure) const;
    std::string where(SqlValues& values) const;
    std::string group_by(const std::vector<const Item*>& items) const;
    std::string write_part(const JoinTree& tree,
                           const std::vector<const Item*>& items,
                           SqlValues& values) const;
    std::vector<const Item*> items_of(const JoinTree& tree) const;
    std::string write_together(SqlValues& values) const;
    std::string having(SqlValues& values, const MeasureSql& measure_sql) const;

    const Query& query_;
    const Model& model_;
    const DateRange* period_;
    std::vector<JoinTree> trees_;  ///< One for every cube that has measures; at least one.
    std::vector<Item> items_;
    std::vector<Item> hidden_;  ///< Measures that only filters need, where they need a column.
    Filter having_;
};

}  // namespace icelight::semantic
