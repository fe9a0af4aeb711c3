#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "semantic/compiled.h"
#include "semantic/granularity.h"
#include "semantic/problem.h"

/// Cubes: what a query may name, and the SQL that each name stands for.
///
/// Convention: within a statement a cube's rows are `FROM <cube.from> AS "<cube.name>"`, and every
/// SQL text of its members is written against that alias: "Events".user_id. Such texts come from
/// the code or from the operator's configuration, never from a query.
namespace icelight::semantic {

enum class MeasureType : std::uint8_t {
    kCount,
    kCountDistinct,
    kCountDistinctApprox,
    kSum,
    kAvg,
    kMin,
    kMax,
    kNumber,  ///< `sql` aggregates by itself, or `calculated` is there.
    kCalculated,
    kStddev,
    kStddevSamp,
    kVariance,
    kVarianceSamp,
    kMedian,
    kPercentile,
    kP95,
    kP99,
    // Computed over the aggregated rows:
    kRunningTotal,
    kLag,
    kLead,
    kRank,
    kDenseRank,
    kRowNumber,
    kNtile,
    kFirstValue,
    kLastValue,
    kMovingAvg,
    kMovingSum,
};

/// The client's word: "countDistinct", "runningTotal".
std::string_view measure_type_name(MeasureType type);
std::optional<MeasureType> find_measure_type(std::string_view name);
std::vector<std::string_view> measure_type_names();
/// Computed over the aggregated rows, not within a group.
bool is_window(MeasureType type);

struct Dimension {
    std::string name;   ///< Within its cube: "event".
    std::string title;  ///< "Event Name"
    std::string description;
    ValueType type = ValueType::kString;
    std::string sql;       ///< kTime: a TIMESTAMPTZ; kString VARCHAR; kNumber any number.
    bool is_shown = true;  ///< False: may be named, is not in the meta answer.
    bool is_primary_key = false;
    std::vector<Granularity> granularities;  ///< kTime: the operator's, beside the calendar's.

    /// Of the calendar or the operator's own; null when there is none.
    const Granularity* find_granularity(std::string_view wanted) const;
};

/// What a window measure does with the measure it is made of.
struct Window {
    enum class Operation : std::uint8_t { kRaw, kDifference, kRatio, kPercentChange };

    std::string measure;  ///< Of the same cube.
    std::optional<Operation> operation;
    std::int64_t offset = 1;     ///< kLag and kLead: rows away.
    std::int64_t buckets = 4;    ///< kNtile.
    std::int64_t preceding = 6;  ///< kMovingAvg and kMovingSum: rows before this one.
};

struct Measure {
    std::string name;
    std::string title;
    std::string description;
    MeasureType type = MeasureType::kCount;
    std::string sql;                         ///< Argument of the aggregate; kCount: empty for rows.
    std::vector<std::string> filters;        ///< SQL conditions, all of them for a row to count.
    std::string calculated;                  ///< "{revenue} / {count}"; kCalculated, kNumber.
    Window window;                           ///< Where is_window(type).
    double percentile = 0.5;                 ///< kPercentile: 0 to 1.
    std::string format;                      ///< "number", "percent", "currency" or empty.
    std::vector<std::string> drill_members;  ///< Full names: "Events.messageId".
    bool is_shown = true;
};

struct Segment {
    std::string name;
    std::string title;
    std::string description;
    std::string sql;  ///< A condition.
};

enum class Relationship : std::uint8_t { kBelongsTo, kHasOne, kHasMany };

struct Join {
    std::string target;  ///< A cube.
    Relationship relationship = Relationship::kBelongsTo;
    std::string sql;            ///< The condition, over both aliases.
    std::string source_column;  ///< Dimensions for the meta answer.
    std::string target_column;
};

/// What makes a cube fit for funnels, flows and retention.
struct EventStream {
    std::string binding_key;     ///< Dimension that says whose event it is: "userId".
    std::string time_dimension;  ///< "timestamp"
    std::string event;           ///< Dimension that names the event: "event".
    std::string type;            ///< What names an event without a name: "type".
    std::string order_sql;       ///< Breaks ties of equal times: "Events"._log_offset.
};

struct Cube {
    std::string name;
    std::string title;
    std::string description;
    std::string from;  ///< A table, or a SELECT in parentheses.
    std::vector<Dimension> dimensions;
    std::vector<Measure> measures;
    std::vector<Segment> segments;
    std::vector<Join> joins;
    std::optional<EventStream> event_stream;

    const Dimension* find_dimension(std::string_view wanted) const;
    const Measure* find_measure(std::string_view wanted) const;
    const Segment* find_segment(std::string_view wanted) const;
};

/// A dimension, measure or segment with its cube. Lifetime: of the Model.
template <class T>
struct Ref {
    const Cube* cube = nullptr;
    const T* item = nullptr;

    std::string full_name() const { return cube->name + '.' + item->name; }

    bool operator==(const Ref&) const = default;
};

using DimensionRef = Ref<Dimension>;
using MeasureRef = Ref<Measure>;
using SegmentRef = Ref<Segment>;

/// All cubes. Immutable; any thread.
class Model {
public:
    /// @param cubes  checked before (cube names and member names are unique identifiers).
    explicit Model(std::vector<Cube> cubes);
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const std::vector<Cube>& cubes() const { return cubes_; }

    const Cube* find_cube(std::string_view name) const;

    /// By full name, "Events.event"; an item of null when there is none.
    DimensionRef find_dimension(std::string_view full_name) const;
    MeasureRef find_measure(std::string_view full_name) const;
    SegmentRef find_segment(std::string_view full_name) const;

    /// The same, or the problem with the nearest name of that kind.
    Checked<DimensionRef> dimension(std::string_view full_name, std::string pointer) const;
    Checked<MeasureRef> measure(std::string_view full_name, std::string pointer) const;
    Checked<SegmentRef> segment(std::string_view full_name, std::string pointer) const;

private:
    template <class T>
    using Index = std::unordered_map<std::string_view, Ref<T>>;

    template <class T>
    void index(const Cube& cube, const std::vector<T>& items, Index<T>& index);
    template <class T>
    Checked<Ref<T>> require(const Index<T>& index,
                            std::string_view name,
                            std::string pointer,
                            std::string_view kind) const;

    // constant after construction
    std::vector<Cube> cubes_;
    std::vector<std::string> names_;  ///< What the keys below point into; never grows later.
    Index<Dimension> dimensions_;
    Index<Measure> measures_;
    Index<Segment> segments_;
};

}  // namespace icelight::semantic
