#pragma once

#include <string_view>

#include "base/result.h"

namespace icelight::engine {

class AggregateMemory;
struct SessionState;

/// What an interrupted aggregate says; a session turns it into a timeout.
inline constexpr std::string_view kCancelledText = "aggregate interrupted";

/// Makes the functions of engine/aggregates.h known to the session's database, once.
///
/// @param memory  outlives the database.
Result<> register_aggregates(SessionState& session, AggregateMemory& memory);

}  // namespace icelight::engine
