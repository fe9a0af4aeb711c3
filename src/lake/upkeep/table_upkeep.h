#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/rewrite.h"
#include "lake/upkeep/manifest_merge.h"
#include "lake/upkeep/retention.h"

namespace icelight::catalog {
class Catalog;
struct LoadedTable;
}  // namespace icelight::catalog

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// What one rewrite of a table's metadata brought.
struct UpkeepResult {
    std::size_t manifests_merged = 0;  ///< Replaced by manifests_written.
    std::size_t manifests_written = 0;
    std::size_t snapshots_expired = 0;

    bool is_empty() const { return manifests_merged == 0 && snapshots_expired == 0; }
};

/// Keeps the metadata of one table small: merges manifests and expires snapshots, in one commit.
///
/// Thread safety: none. Lifetime: everything given outlives it.
class TableUpkeep {
public:
    TableUpkeep(catalog::Catalog& catalog,
                io::FileSystem& files,
                const Clock& clock,
                Retention retention)
        : catalog_(catalog), files_(files), clock_(clock), retention_(retention) {}

    /// Looks at the table and changes it if that is worth a commit.
    /// @error kConflict  another commit took an input away: nothing was changed, try again later.
    /// @error others  the table cannot be read or written; nothing was changed, or
    ///   (kCommitStateUnknown) it was and its files stay.
    Result<UpkeepResult> run(const catalog::TableIdent& ident);

private:
    struct Work {
        std::vector<ManifestMerge> merges;
        std::vector<iceberg::ManifestFile> written;  ///< One per merge.
        bool has_expired = false;
    };

    Result<Work> look(const catalog::TableIdent& ident, const iceberg::TableMetadata& table);
    Result<> write_merges(const catalog::LoadedTable& table, const Uuid& commit_id, Work& work);
    Result<UpkeepResult> commit(const catalog::TableIdent& ident, const Uuid& commit_id, Work work);

    catalog::Catalog& catalog_;
    io::FileSystem& files_;
    const Clock& clock_;
    const Retention retention_;
    /// By table: the snapshot whose manifests needed no merge.
    std::map<std::string, std::int64_t> settled_;
};

/// The rewrite that puts `written[i]` in the place of `merges[i]` and drops `expired`. Pure.
/// @error kConflict  an input is no longer in the list.
Result<catalog::Rewrite> make_rewrite(const catalog::RewriteBase& base,
                                      const std::vector<ManifestMerge>& merges,
                                      const std::vector<iceberg::ManifestFile>& written,
                                      Expired expired);

}  // namespace icelight::lake
