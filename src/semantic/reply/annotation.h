#pragma once

#include <boost/json/object.hpp>

#include "semantic/query.h"

namespace icelight::semantic {

/// Titles and types of a query's columns, in the dialect of the query.
boost::json::object make_annotation(const Query& query);

/// "number" for the one client, the aggregation for the other.
std::string_view measure_type_word(const Measure& measure, Dialect dialect);

/// {"name":"day","title":"day","interval":"1 day"}
boost::json::object granularity_object(const Granularity& granularity);

/// {"measures":[],"dimensions":["Events.messageId"]}
boost::json::object drill_members_grouped(const Measure& measure);

}  // namespace icelight::semantic
