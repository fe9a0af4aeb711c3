#pragma once

#include <vector>

#include <boost/json/value.hpp>

#include "semantic/query.h"

namespace icelight::semantic {

/// {"Events.count":"desc"}, [["Events.count","desc"]] or [{"id":"Events.count","desc":true}]; null
/// reads as none.
Checked<std::vector<OrderItem>> parse_order(const boost::json::value* order,
                                            const Place& place,
                                            const Model& model);

}  // namespace icelight::semantic
