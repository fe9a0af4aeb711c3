#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace icelight::io {

enum class OpenMode : std::uint8_t {
    kRead,       ///< Must exist.
    kReadWrite,  ///< Must exist.
    kCreateNew,  ///< Must not exist; readable and writable.
};

struct SpaceInfo {
    std::uint64_t free_bytes = 0;  ///< For this user.
    std::uint64_t total_bytes = 0;
};

/// An open file. Every message names the path and what the OS said.
///
/// Thread safety: read_at from any thread; the rest from one thread at a time.
/// Lifetime: closed by the destructor, which does not sync.
class File {
public:
    virtual ~File() = default;
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    /// @return bytes read; fewer than `bytes` only at the end of the file.
    virtual Result<std::size_t> read_at(std::uint64_t offset,
                                        char* out,
                                        std::size_t bytes) const = 0;
    /// Writes all of `bytes`. After an error an unknown part of them may be written.
    virtual Result<> write_at(std::uint64_t offset, std::string_view bytes) = 0;
    /// Writes `bytes` zeros, past the system's cache where it can: nobody is about to read them.
    /// Errors as write_at.
    virtual Result<> write_zeros_at(std::uint64_t offset, std::uint64_t bytes);
    /// fdatasync: the bytes and the size. After an error the unsynced bytes are lost for good.
    virtual Result<> sync_data() = 0;
    /// fsync: the same and the times.
    virtual Result<> sync_all() = 0;
    virtual Result<std::uint64_t> size() const = 0;
    virtual Result<> truncate(std::uint64_t bytes) = 0;
};

/// Files as the modules see them: posix in the product, faulty in tests.
///
/// Errors of every member: kIo (the OS refused), kUnavailable (ENOSPC, EDQUOT: room may come back),
/// kNotFound (no such file or directory), kAlreadyExists (kCreateNew, rename targets do not count).
/// Thread safety: all members, from any thread.
class FileSystem {
public:
    virtual ~FileSystem() = default;
    FileSystem() = default;
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;

    virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path,
                                               OpenMode mode) = 0;
    /// Makes the directory and its parents; existing ones are fine. Unsynced: see sync_directory().
    virtual Result<> create_directories(const std::filesystem::path& path) = 0;
    /// Makes the names in a directory durable (created, renamed, removed).
    virtual Result<> sync_directory(const std::filesystem::path& path) = 0;
    /// Names (not paths) in a directory, sorted.
    virtual Result<std::vector<std::string>> list(const std::filesystem::path& path) = 0;
    virtual Result<> remove(const std::filesystem::path& path) = 0;
    /// Replaces `to` when it exists.
    virtual Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    virtual Result<bool> exists(const std::filesystem::path& path) = 0;
    virtual Result<std::uint64_t> file_size(const std::filesystem::path& path) = 0;
    virtual Result<SpaceInfo> free_space(const std::filesystem::path& path) = 0;

    /// The whole file. @error kTooLarge  over `bytes_max`.
    Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);
    /// Creates a new file (and missing parents), writes, syncs the file and every directory that
    /// got a name.
    Result<> write_file_durably(const std::filesystem::path& path, std::string_view bytes);
    /// create_directories() and a sync of each directory that got a new name.
    Result<> create_directories_durably(const std::filesystem::path& path);
};

/// The machine's files. Lives as long as the process.
FileSystem& posix_file_system();

}  // namespace icelight::io
