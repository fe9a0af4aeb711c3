#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "catalog/sink/sink_halt.h"
#include "catalog/sqlite/connection.h"

/// Halts of sinks in catalog.db. Every function runs in the caller's transaction, if any.
namespace icelight::catalog::sqlite {

Result<std::vector<SinkHalt>> load_halts(Connection& connection, SinkId sink);
/// What a table lost in two steps it lost in one: kept_below is the lower, offsets_gone the sum.
Result<> store_halt(Connection& connection, SinkId sink, const SinkHalt& halt);
Result<> remove_halts(Connection& connection, SinkId sink);

/// R += delta, not below 0.
Result<> add_offsets_gone(Connection& connection, SinkId sink, std::int64_t delta);

}  // namespace icelight::catalog::sqlite
