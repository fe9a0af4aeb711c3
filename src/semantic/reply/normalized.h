#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "semantic/query.h"

namespace icelight::semantic {

/// The query as Cube's client needs it back: dates resolved, order as a list, limits written out.
///
/// @param period  in place of the range of the time dimension that compares.
boost::json::object normalize_query(const Query& query,
                                    const boost::json::object& asked,
                                    const DateRange* period);

/// "2024-01-01T00:00:00.000 - 2024-01-14T23:59:59.999"
std::string period_name(const DateRange& period);

}  // namespace icelight::semantic
