#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/data_file.h"
#include "iceberg/name_mapping.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"
#include "query/as_of.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::iceberg {
struct ManifestFile;
struct Snapshot;
}  // namespace icelight::iceberg

namespace icelight::query {

inline constexpr std::size_t kMetadataBytesMax = 256u << 20;
inline constexpr std::size_t kManifestBytesMax = 256u << 20;
inline constexpr std::size_t kCachedTablesMax = 64;
inline constexpr std::size_t kCachedManifestsMax = 4'096;
inline constexpr std::size_t kDataFilesMax = 100'000;

/// A live file as planning needs it: path, counts, partition and bounds.
struct LiveFile {
    iceberg::DataFile file;  ///< file_path: of this machine.
    std::string location;    ///< As the table names it; what position deletes refer to.
    std::int64_t sequence_number = 0;
};

/// What one manifest lists, of either content.
struct LiveFiles {
    iceberg::PartitionSpec spec;
    std::vector<iceberg::Field> partition;  ///< Type of its values; empty: unpartitioned.
    iceberg::Schema schema;                 ///< The table's when they were written.
    std::vector<LiveFile> files;            ///< Without deletion vectors.
    std::string vectors;  ///< A file with deletion vectors; empty: there are none.
};

/// A table as of one snapshot: what its rows are and where they lie.
struct TableFiles {
    iceberg::Schema schema;
    std::optional<std::int64_t> snapshot_id;  ///< Empty: never written.
    std::int64_t snapshot_time_ms = 0;
    /// Columns of files are found by field id, as the names do not tell (see needs_field_ids()).
    bool is_read_by_id = false;
    /// Files' own schemas tell where columns are (layout_groups.h): by id, as some may hold none,
    /// or where names do not find what is inside a column; or there is a name mapping.
    bool needs_layouts = false;
    /// For files without ids (spec, "Column Projection"); its error is that of a query that needs
    /// it.
    std::optional<Result<iceberg::NameMapping>> name_mapping;
    std::set<std::int32_t> changed_types;  ///< See find_changed_types().
    std::vector<iceberg::Field> dropped;   ///< See find_dropped().
    /// By manifest; shared with the cache.
    std::vector<std::shared_ptr<const LiveFiles>> data;
    std::vector<std::shared_ptr<const LiveFiles>> deletes;
    std::size_t data_files = 0;
    std::string location;                        ///< Of its metadata file.
    std::optional<std::int64_t> as_of_snapshot;  ///< Asked for, by id or by time.
    /// What of version 3 only DuckDB's iceberg extension reads; empty: our own reader reads it all.
    std::string needs_extension;
};

/// Reads metadata files, manifest lists and manifests, and remembers them: none ever changes.
///
/// Thread safety: none.
class TableFilesCache {
public:
    /// @param files  outlives the cache.
    explicit TableFilesCache(io::FileSystem& files) : files_(files) {}

    /// The table that the metadata file at `location` describes, now or as it was.
    ///
    /// @error kInvalidArgument  there is no such state.
    /// @error kUnsupported  files that are not Parquet.
    /// @error kCorruption   a file does not parse; kIo, kNotFound: it cannot be read. Named.
    Result<std::shared_ptr<const TableFiles>> load(const std::string& location,
                                                   const std::optional<AsOf>& as_of = {});

private:
    Result<std::shared_ptr<const TableFiles>> load_table(const std::string& location,
                                                         const std::optional<AsOf>& as_of);
    Result<> load_snapshot(const iceberg::Snapshot& snapshot, TableFiles& table);
    Result<std::shared_ptr<const LiveFiles>> load_manifest(const iceberg::ManifestFile& file);
    Result<std::string> read(const std::string& location, std::size_t bytes_max);

    template <class T>
    struct Cache {
        std::map<std::string, std::shared_ptr<const T>> entries;
        std::deque<std::string> order;  ///< Oldest first.

        std::shared_ptr<const T> find(const std::string& key) const {
            const auto found = entries.find(key);
            return found == entries.end() ? nullptr : found->second;
        }

        void store(const std::string& key, std::shared_ptr<const T> value, std::size_t max) {
            if (!entries.emplace(key, std::move(value)).second) return;
            order.push_back(key);
            if (order.size() <= max) return;
            entries.erase(order.front());
            order.pop_front();
        }
    };

    io::FileSystem& files_;
    Cache<TableFiles> tables_;
    Cache<LiveFiles> manifests_;
};

}  // namespace icelight::query
