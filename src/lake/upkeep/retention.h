#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "iceberg/table_metadata.h"

namespace icelight::lake {

/// Snapshots of a branch that are kept for their age at most: metadata is rewritten whole by every
/// commit, at about 0.9 KB a snapshot.
inline constexpr std::size_t kSnapshotsMax = 10'000;

/// How much history a table keeps when neither it nor the ref says so itself.
struct Retention {
    std::size_t snapshots_kept = 100;  ///< The newest of each branch, whatever their age.
    std::chrono::milliseconds age{0};  ///< Younger ones are kept too, up to kSnapshotsMax.
    std::chrono::milliseconds unreferenced_age{0};  ///< Snapshots that no ref leads to.
};

/// What may go.
struct Expired {
    std::vector<std::int64_t> snapshots;
    std::vector<std::string> refs;  ///< Older than their own max-ref-age-ms.
};

/// Of every branch the newest snapshots_kept and those younger than age stay, of every tag its
/// snapshot. A ref's own min-snapshots-to-keep, max-snapshot-age-ms and max-ref-age-ms win over the
/// table's properties `history.expire.*`, these over `retention` (Iceberg specification,
/// "Snapshot retention policy"). The current snapshot always stays. Pure.
Expired find_expired(const iceberg::TableMetadata& table,
                     const Retention& retention,
                     std::int64_t now_ms);

}  // namespace icelight::lake
