#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace icelight::server {

/// The directory that holds everything, locked for this process.
///
/// Layout: LOCK, log/, warehouse/, catalog.db, app.db, garbage, spill/. LOCK is held with flock(2)
/// for the life of the object and holds the server's address, so that a second server can say who
/// is there. The descriptor is close-on-exec: worker processes never inherit the lock.
class DataDirectory {
public:
    /// Makes what is missing, checks that it is writable, takes the lock and empties spill/.
    ///
    /// @error kAlreadyExists  another server holds it; the message has its address.
    /// @error kIo             not a directory, or not writable; names the path and what to do.
    static Result<DataDirectory> open(const std::filesystem::path& path);

    /// What the server that holds the directory announced: its address, or words that are none.
    static std::string holder_of(const std::filesystem::path& path);

    /// Writes `address` into LOCK for others to read.
    Result<> announce(const std::string& address);

    const std::filesystem::path& path() const { return path_; }  ///< Absolute, symlinks resolved.

    std::filesystem::path log() const { return path_ / "log"; }

    std::filesystem::path warehouse() const { return path_ / "warehouse"; }

    std::filesystem::path catalog_file() const { return path_ / "catalog.db"; }

    /// Files waiting for deletion; losing it only makes them wait anew.
    std::filesystem::path garbage_list() const { return path_ / "garbage"; }

    std::filesystem::path app_file() const { return path_ / "app.db"; }

    std::filesystem::path spill() const { return path_ / "spill"; }

private:
    DataDirectory(std::filesystem::path path, UniqueFd lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    UniqueFd lock_;
};

/// Raises the soft limit of open files to the hard one. @return the limit in force.
std::size_t raise_open_files_limit();

}  // namespace icelight::server
