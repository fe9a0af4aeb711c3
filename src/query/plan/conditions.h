#pragma once

#include <vector>

#include "engine/session.h"
#include "iceberg/schema.h"
#include "query/gate/predicate.h"
#include "query/plan/file_filter.h"

namespace icelight::query {

/// The predicates in terms of the table's schema: columns found, constants computed as the engine
/// will compare them. A predicate that is not understood is left out, which only skips less.
///
/// Understood: strings; int and long beside whole numbers; timestamps beside whatever casts to one;
/// dates beside dates, texts and midnights.
/// @param values  bound to the statement. @cost about 0.2 ms for each constant that is a time.
std::vector<Conditions> resolve_conditions(engine::Session& session,
                                           const std::vector<Predicates>& mentions,
                                           const iceberg::Schema& schema,
                                           const std::vector<engine::Value>& values);

}  // namespace icelight::query
