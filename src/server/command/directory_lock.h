#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace icelight::server::command {

/// A look at a data directory that must not change it.
///
/// While no server holds the directory, this keeps one from starting.
class DirectoryLock {
public:
    /// @error kNotFound  no data directory there (it has no LOCK); the message says what to give.
    static Result<DirectoryLock> open(const std::filesystem::path& directory);

    /// "http://127.0.0.1:8787" of the server that holds the directory; empty: it is stopped.
    const std::string& server_address() const { return address_; }

    const std::filesystem::path& path() const { return path_; }  ///< Absolute, symlinks resolved.

private:
    DirectoryLock(std::filesystem::path path, UniqueFd lock, std::string address)
        : path_(std::move(path)), lock_(std::move(lock)), address_(std::move(address)) {}

    std::filesystem::path path_;
    UniqueFd lock_;
    std::string address_;
};

}  // namespace icelight::server::command
