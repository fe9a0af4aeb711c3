#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/sink/watermark.h"
#include "catalog/table_ident.h"
#include "iceberg/manifest_file.h"

namespace icelight::catalog {

/// Files one commit may journal; a flush writes two data files and two manifests.
inline constexpr std::size_t kJournalPathsMax = 10'000;

/// What one append adds to a table, for the snapshot summary.
struct AddedFiles {
    std::int64_t files = 0;
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    std::int64_t partitions = 0;  ///< Distinct partitions that got files.
};

/// One table's part of an append. Absent manifest: a snapshot that adds nothing.
struct TableAppend {
    TableIdent table;
    /// Already written and synced. Its sequence numbers and snapshot id are left open: they are
    /// what the commit assigns.
    std::optional<iceberg::ManifestFile> manifest;
    AddedFiles added;
};

/// "The rows at offsets [from, to) of one shard are in these files": lands whole or not at all.
struct AppendIntent {
    std::vector<TableAppend> appends;  ///< One per table, each table once; each gets a snapshot.
    SinkId sink = kEventSink;
    Uuid log_uuid;
    std::int32_t shard = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;  ///< > from.
    Uuid commit_id;        ///< Drawn by the caller; the same when it submits the intent again.
    std::map<std::string, std::string> summary;  ///< Further keys for every snapshot's summary.
};

struct Committed {
    std::uint64_t watermark = 0;                      ///< W of the intent's shard.
    std::map<TableIdent, std::int64_t> snapshot_ids;  ///< Empty when it had landed before.
};

/// Called once.
using CommitDone = std::function<void(Result<Committed>)>;

}  // namespace icelight::catalog
