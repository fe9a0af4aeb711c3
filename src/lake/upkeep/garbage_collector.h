#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/table_ident.h"
#include "lake/upkeep/garbage_list.h"

namespace icelight::catalog {
class Catalog;
struct CatalogState;
}  // namespace icelight::catalog

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

class ReachableFiles;

struct GarbageOptions {
    std::vector<catalog::TableIdent> tables;  ///< Whose directories are ours to clean.
    std::filesystem::path list;               ///< Where ages survive a restart.
    std::chrono::milliseconds min_age{std::chrono::hours(6)};
    const std::atomic<bool>* is_stopping = nullptr;  ///< Ends a pass when it becomes true.
};

struct Collected {
    std::size_t deleted = 0;
    std::size_t waiting = 0;
};

/// Deletes the files of our own tables, and of tables dropped to be purged, that were unreachable
/// for min_age.
///
/// A file is unreachable while no table of the catalog (any snapshot, the metadata log), no journal
/// and no pin reaches it. It must be seen so in every pass, over min_age of running time: neither
/// the wall clock nor a file's own times count, since both can be wrong. Deletion happens in the
/// commit queue's turn, on the very state that was looked at.
///
/// Thread safety: none. Lifetime: everything given outlives it.
class GarbageCollector {
public:
    GarbageCollector(GarbageOptions options, catalog::Catalog& catalog, io::FileSystem& files);

    /// One pass; `elapsed` of running time went by since the last one (0: the first).
    /// @error kShuttingDown; a table could not be read: nothing was deleted. kIo: some were, the
    /// rest stay.
    Result<Collected> run(std::chrono::milliseconds elapsed);

private:
    /// What one pass knows while it looks.
    struct Sight {
        const ReachableFiles& reachable;
        std::set<std::string> journaled;
        std::chrono::milliseconds elapsed;
        std::uint64_t epoch = 0;
    };

    Result<> add_tables(const catalog::CatalogState& state, ReachableFiles& reachable);
    /// Adds the directory's unreachable files. @return how many files it holds.
    Result<std::size_t> look_into(const std::filesystem::path& directory,
                                  const Sight& sight,
                                  GarbageList& seen);
    Result<GarbageList> look(const catalog::CatalogState& state,
                             const ReachableFiles& reachable,
                             std::chrono::milliseconds elapsed);
    std::vector<std::string> find_due() const;
    Result<std::size_t> remove_due(catalog::CatalogState state, ReachableFiles& reachable);

    const GarbageOptions options_;
    catalog::Catalog& catalog_;
    io::FileSystem& files_;
    GarbageList garbage_;
    std::vector<std::string> ended_purges_;  ///< Seen to be empty by the last look.
};

}  // namespace icelight::lake
