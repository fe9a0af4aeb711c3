#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "catalog/sink/sink_halt.h"
#include "catalog/sink/sink_table.h"
#include "catalog/sqlite/table_transaction.h"
#include "catalog/sqlite/writer.h"

namespace icelight::catalog::sqlite {

/// Ends the halts of a sink as its operator decided, in one transaction; the caller publishes
/// `tables`. Catalog thread only.
///
/// Accept: R takes in what the tables lost, W stays and every table's copy of it is renewed.
/// Replay: W goes back to where the tables still hold everything below; sinks' tables that are
/// ahead of that are rolled back too, so that no row comes twice.
/// @return W.
/// @error kNotFound  the sink is not halted.
/// @error kUnsupported  a replay that the log or the tables' history does not reach, or that would
///   take other writers' rows; accept is left.
Result<std::uint64_t> resume_sink(Workshop& shop,
                                  Writer& writer,
                                  TableTransaction& tables,
                                  const std::vector<SinkTable>& sinks,
                                  const ResumeRequest& request);

}  // namespace icelight::catalog::sqlite
