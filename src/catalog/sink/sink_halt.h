#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/sink/watermark.h"
#include "catalog/table_ident.h"
#include "iceberg/table_metadata.h"

/// When somebody else took rows of the log out of a sink's table other than by deleting them, the
/// sink carries nothing more until an operator has decided.
namespace icelight::catalog {

struct SinkHalt {
    TableIdent table;
    std::string reason;             ///< "was rolled back to snapshot 7", "was dropped".
    std::uint64_t kept_below = 0;   ///< Rows of the log from here to W are not in the table.
    std::int64_t offsets_gone = 0;  ///< Stored before, no longer: R's share when it is accepted.
};

enum class ResumeChoice {
    kAccept,  ///< W stays: the rows are gone.
    kReplay,  ///< W goes back, and the log is carried once more from there.
};

struct ResumeRequest {
    SinkId sink = kEventSink;
    ResumeChoice choice = ResumeChoice::kAccept;
    std::uint64_t log_first_offset = 0;  ///< What the log still holds; for kReplay.
};

/// What becomes of main's history.
enum class HistoryChange {
    kGoesOn,     ///< It stands on the state before.
    kRollsBack,  ///< To a snapshot that the state before stands on.
    kReplaced,   ///< Neither: the table is emptied, or begins anew.
};

/// Pure. A chain that expiry has cut counts as kReplaced unless it leads there.
HistoryChange judge_history(const iceberg::TableMetadata& base,
                            const iceberg::TableMetadata& changed);

/// The watermark that the newest of main's snapshots carries which has one: shard 0's next offset;
/// 0 if none has.
std::uint64_t carried_below(const iceberg::TableMetadata& table, SinkId sink);

/// Of main's snapshots the newest that stands at or below `offset`, nullopt: the table was empty
/// then.
/// @error kUnsupported  a snapshot above it is another writer's, or history does not reach so far.
Result<std::optional<std::int64_t>> snapshot_carried_to(const iceberg::TableMetadata& table,
                                                        SinkId sink,
                                                        std::uint64_t offset);

/// One line that says what happened and what to do.
std::string describe_halts(const std::vector<SinkHalt>& halts);

}  // namespace icelight::catalog
