#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "semantic/filter.h"
#include "semantic/model.h"
#include "semantic/object_reader.h"
#include "semantic/query.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {

/// Whose events, in what order, and which of them a funnel, flow or retention looks at.
///
/// Events without a key are nobody's and are left out. They are in total order by time and the
/// cube's tie-break.
struct EventScope {
    const Cube* cube = nullptr;
    DimensionRef key;   ///< Whose event it is.
    DimensionRef time;  ///< Of the same cube.
    Filter filters;     ///< For every event.
    std::vector<SegmentRef> segments;
    std::optional<DateRange> range;  ///< For every event.
    Zone zone = Zone::utc();

    /// "Events"._log_offset, -1 where there is none.
    std::string order_sql() const;
};

/// What stands in the query beside the mode's own object: filters, segments, timeDimensions (one,
/// with a dateRange), timezone.
///
/// @param query  is asked for what it may have beside `mode`; warn_unknown() is left to the caller.
/// @param mode   the object "funnel", "flow" or "retention", with bindingKey and timeDimension:
///               names, or lists of {cube, dimension} of which all name one cube. Absent: those of
///               the first cube that has an event stream.
Checked<EventScope> read_event_scope(ObjectReader& query,
                                     ObjectReader& mode,
                                     const QueryContext& context,
                                     Warnings& warnings);

/// Reads filters of events: none on measures, all of the scope's cube.
Checked<Filter> read_event_filter(const boost::json::value* filter,
                                  const Place& place,
                                  const EventScope& scope,
                                  const FilterContext& context);

/// A dimension of the scope's cube.
Checked<DimensionRef> read_event_dimension(std::string_view name,
                                           std::string pointer,
                                           const EventScope& scope,
                                           const Model& model);

/// A list of such dimensions: "breakdownDimensions" and the like. Absent: empty.
Checked<std::vector<DimensionRef>> read_event_dimensions(ObjectReader& reader,
                                                         std::string_view key,
                                                         const EventScope& scope,
                                                         const Model& model);

FilterContext filter_context(const EventScope& scope,
                             const QueryContext& context,
                             Warnings& warnings);

/// `FROM <cube> AS "Events" WHERE <key is not null, filters, segments, range>`; more conditions may
/// follow with AND.
std::string scope_from_sql(const EventScope& scope, SqlValues& values);

/// The condition as SQL, "true" when there is none.
std::string condition_sql(const Filter& filter, SqlValues& values);

}  // namespace icelight::semantic
