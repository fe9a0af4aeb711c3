#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "catalog/table_ident.h"
#include "iceberg/manifest_file.h"
#include "iceberg/snapshot_summary.h"
#include "iceberg/table_metadata.h"

namespace icelight::catalog {

/// A table as a rewrite finds it when its turn comes.
struct RewriteBase {
    const iceberg::TableMetadata& metadata;
    const std::vector<iceberg::ManifestFile>& manifests;  ///< Of the current snapshot.
    TimestampUs now_us;
};

/// The same rows in other files, or with less history.
struct Rewrite {
    /// The whole manifest list of a new current snapshot ("replace"); absent: no new snapshot.
    std::optional<std::vector<iceberg::ManifestFile>> manifests;
    iceberg::SnapshotChanges changes;
    std::map<std::string, std::string> summary;   ///< Further keys of the new snapshot.
    std::vector<std::int64_t> expired_snapshots;  ///< No ref may point to one of them.
    std::vector<std::string> expired_refs;

    bool is_empty() const {
        return !manifests && expired_snapshots.empty() && expired_refs.empty();
    }
};

/// Decides on the catalog thread, on the state the commit will replace: short, no I/O. An error
/// (kConflict: the inputs are no longer live) leaves the table as it is.
using PlanRewrite = std::function<Result<Rewrite>(const RewriteBase&)>;

/// A change of one table by ourselves, beside the appends of the same queue.
struct RewriteIntent {
    TableIdent table;
    Uuid commit_id;  ///< Its journal, if any, is cleared by the commit.
    PlanRewrite plan;
};

/// A rewrite applied, and the manifest list that must be on disk before it is current.
struct RewritePlan {
    iceberg::TableMetadata metadata;
    std::string list_location;  ///< Empty: no new snapshot.
    std::string list_bytes;
    std::vector<iceberg::ManifestFile> manifests;  ///< What list_bytes says.
};

/// Pure. The new snapshot repeats the watermarks that its parent's summary carries.
/// @error kUnsupported  a table of another format version than 2.
/// @error kInvalidArgument  the rewrite does not fit the table, or takes a ref's snapshot away.
Result<RewritePlan> plan_rewrite(const iceberg::TableMetadata& base,
                                 Rewrite rewrite,
                                 TimestampUs now_us);

}  // namespace icelight::catalog
