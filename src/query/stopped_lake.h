#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "query/service.h"
#include "query/worker/protocol.h"

namespace icelight::query {

/// A data directory whose server is stopped, for one query: where its tables and its log stand.
struct StoppedLake {
    Options options;                 ///< spill_directory is used and emptied; nothing else changes.
    std::vector<TableInput> tables;  ///< All of the catalog; `tail` need not be set.
    std::uint64_t tail_from = 0;     ///< W.
    std::uint64_t tail_to = 0;       ///< After the log's last whole record.
};

/// Runs one query in a sandboxed worker of its own, which ends with it; again in one with DuckDB's
/// iceberg extension when it needs that and the options have it.
/// @error as Service's.
Result<Reply> query_stopped(const StoppedLake& lake, const Request& request);

}  // namespace icelight::query
