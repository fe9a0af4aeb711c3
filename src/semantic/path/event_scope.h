#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "semantic/filter/filter.h"
#include "semantic/model.h"
#include "semantic/object_reader.h"
#include "semantic/query.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {

/// Whose events, in what order, and which of them a funnel, flow or retention looks at.
///
/// Events without a key are nobody's and are left out. They are in total order by time and the
/// cube's tie-break. The key and what filters or groups may be of other cubes, as long as an event
/// meets at most one row of theirs: `Users.id` makes the events those of a person.
struct EventScope {
    const Cube* cube = nullptr;         ///< Of the events.
    std::vector<const Cube*> joined{};  ///< What else is read, in order of first use.
    std::string from;                   ///< All of them: `events AS "Events" LEFT JOIN ...`.
    DimensionRef key;                   ///< Whose event it is.
    DimensionRef time;                  ///< Of `cube`.
    Filter filters;                     ///< For every event.
    std::vector<SegmentRef> segments;
    std::optional<DateRange> range;  ///< For every event.
    Zone zone = Zone::utc();

    /// "Events"._log_offset, -1 where there is none.
    std::string order_sql() const;

    /// Has the cube's rows beside the events.
    ///
    /// @error  no join connects it, or one that multiplies events.
    Checked<> use(const Cube& other, const Model& model, std::string pointer);
};

/// One step as people write it: {name, cube, filter} and more.
struct EventStep {
    std::optional<std::string> name;
    Filter filter;
};

/// What stands in the query beside the mode's own object: filters, segments, timeDimensions (one,
/// with a dateRange), timezone.
///
/// @param query  is asked for what it may have beside `mode`; warn_unknown() is left to the caller.
/// @param mode   the object "funnel", "flow" or "retention", with bindingKey and timeDimension:
///               names, or lists of {cube, dimension} of which all name one cube. Absent: those of
///               the cube of the other, or of the first that has an event stream. The events are
///               those of timeDimension's cube.
Checked<EventScope> read_event_scope(ObjectReader& query,
                                     ObjectReader& mode,
                                     const QueryContext& context,
                                     Warnings& warnings);

/// Reads filters of events: none on measures; the scope gets the cubes that they need.
Checked<Filter> read_event_filter(const boost::json::value* filter,
                                  const Place& place,
                                  EventScope& scope,
                                  const FilterContext& context);

/// Reads a step; warn_unknown() is left to the caller.
Checked<EventStep> read_event_step(ObjectReader& reader,
                                   EventScope& scope,
                                   const FilterContext& context);

/// A dimension of an event; the scope gets its cube.
Checked<DimensionRef> read_event_dimension(std::string_view name,
                                           std::string pointer,
                                           EventScope& scope,
                                           const Model& model);

/// A list of such dimensions: "breakdownDimensions" and the like. Absent: empty.
Checked<std::vector<DimensionRef>> read_event_dimensions(ObjectReader& reader,
                                                         std::string_view key,
                                                         EventScope& scope,
                                                         const Model& model);

FilterContext filter_context(const EventScope& scope,
                             const QueryContext& context,
                             Warnings& warnings);

/// `FROM <cubes> WHERE <key is not null, filters, segments, range>`; more conditions may
/// follow with AND.
std::string scope_from_sql(const EventScope& scope, SqlValues& values);

/// The condition as SQL, "true" when there is none.
std::string condition_sql(const Filter& filter, SqlValues& values);

}  // namespace icelight::semantic
