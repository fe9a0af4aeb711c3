#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <unordered_set>

#include "base/result.h"
#include "catalog/catalog.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// Every file that some table reaches: its metadata file and the former ones its log names,
/// statistics, and of every snapshot the manifest list, manifests and live files.
///
/// Paths are kept as 64-bit hashes: two that collide make a file look reachable that is not, never
/// the other way. Thread safety: none.
class ReachableFiles {
public:
    /// @param is_stopping  ends add() when it becomes true; null: never.
    explicit ReachableFiles(io::FileSystem& files, const std::atomic<bool>* is_stopping = nullptr)
        : files_(files), is_stopping_(is_stopping) {}

    /// Adds what the table reaches now. Lists and manifests that were read before are not read
    /// again; what a former state of the table reached stays in.
    /// @error kNotFound, kCorruption, kInvalidArgument  something cannot be read: nobody can tell
    ///   what is reachable. kShuttingDown.
    Result<> add(const catalog::LoadedTable& table);

    /// One file more.
    void add_location(const std::string& location);

    bool has(const std::string& path) const { return hashes_.contains(hash_(path)); }

    std::size_t size() const { return hashes_.size(); }

private:
    Result<> add_manifest(const std::string& location);

    io::FileSystem& files_;
    const std::atomic<bool>* is_stopping_;
    std::hash<std::string> hash_;
    std::unordered_set<std::uint64_t> hashes_;
    std::set<std::string> read_;  ///< Lists and manifests.
};

}  // namespace icelight::lake
