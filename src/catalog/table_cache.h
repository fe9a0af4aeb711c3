#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::catalog {

/// The parsed current metadata of each table that was asked for.
///
/// Bounded by the number of tables. Thread safety: all members, from any thread; files are read
/// and parsed outside the lock. Lifetime: `files` outlives it.
class TableCache {
public:
    explicit TableCache(io::FileSystem& files) : files_(files) {}

    /// The metadata at `location`, which catalog.db says is current. Looks each time whether the
    /// file is there; reads it only when the location is new.
    /// @error kNotFound, kCorruption  as load_metadata().
    Result<LoadedTable> load(const TableIdent& ident, const std::string& location);

    /// After a commit or a load. An older table loaded late may replace a newer one; the next
    /// load() sees that by its location.
    void publish(const TableIdent& ident, LoadedTable table);
    void forget(const TableIdent& ident);

private:
    io::FileSystem& files_;
    // guarded by mutex_
    std::mutex mutex_;
    std::map<TableIdent, LoadedTable> tables_;
};

}  // namespace icelight::catalog
