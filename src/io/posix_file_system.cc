#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/errno_text.h"
#include "base/unique_fd.h"
#include "io/file_system.h"

namespace icelight::io {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;
constexpr std::size_t kBlockBytes = 4096;  // What direct writes are aligned to.

// Never written to, so it takes no memory.
alignas(kBlockBytes) std::array<char, 1u << 20> zeros{};

tl::unexpected<Error> os_failure(const char* verb, const std::filesystem::path& path, int error) {
    std::string message =
        std::string("cannot ") + verb + " " + path.string() + ": " + errno_text(error);
    switch (error) {
        case ENOSPC:
        case EDQUOT:
            return fail(ErrorCode::kUnavailable, std::move(message));
        case ENOENT:
            return fail(ErrorCode::kNotFound, std::move(message));
        case EEXIST:
            return fail(ErrorCode::kAlreadyExists, std::move(message));
        default:
            return fail(ErrorCode::kIo, std::move(message));
    }
}

class PosixFile final : public File {
public:
    PosixFile(UniqueFd fd, std::filesystem::path path)
        : fd_(std::move(fd)), path_(std::move(path)) {}

    Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t bytes) const override {
        std::size_t done = 0;
        while (done < bytes) {
            const auto got =
                ::pread(fd_.number(), out + done, bytes - done, static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return os_failure("read", path_, errno);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    Result<> write_at(std::uint64_t offset, std::string_view bytes) override {
        while (!bytes.empty()) {
            const auto put =
                ::pwrite(fd_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return os_failure("write", path_, errno);
            if (put == 0) return os_failure("write", path_, ENOSPC);
            offset += static_cast<std::uint64_t>(put);
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        return {};
    }

    Result<> write_zeros_at(std::uint64_t offset, std::uint64_t bytes) override {
        const std::uint64_t written = write_zeros_directly(offset, bytes);
        return File::write_zeros_at(offset + written, bytes - written);
    }

    Result<> sync_data() override {
        if (::fdatasync(fd_.number()) != 0) return os_failure("sync", path_, errno);
        return {};
    }

    Result<> sync_all() override {
        if (::fsync(fd_.number()) != 0) return os_failure("sync", path_, errno);
        return {};
    }

    Result<std::uint64_t> size() const override {
        struct stat info {};

        if (::fstat(fd_.number(), &info) != 0) return os_failure("stat", path_, errno);
        return static_cast<std::uint64_t>(info.st_size);
    }

    Result<> truncate(std::uint64_t bytes) override {
        if (::ftruncate(fd_.number(), static_cast<off_t>(bytes)) != 0)
            return os_failure("truncate", path_, errno);
        return {};
    }

private:
    /// Returns how many bytes that reached: not all when they are not whole blocks, the file system
    /// cannot do it or the disk is full. The ordinary writes that follow then find out why.
    std::uint64_t write_zeros_directly(std::uint64_t offset, std::uint64_t bytes) {
        const int flags = ::fcntl(fd_.number(), F_GETFL);
        if (flags < 0 || offset % kBlockBytes != 0 || bytes < kBlockBytes) return 0;
        if (::fcntl(fd_.number(), F_SETFL, flags | O_DIRECT) != 0) return 0;
        std::uint64_t done = 0;
        while (bytes - done >= kBlockBytes) {
            const std::uint64_t left = (bytes - done) / kBlockBytes * kBlockBytes;
            const auto put = ::pwrite(fd_.number(),
                                      zeros.data(),
                                      std::min<std::uint64_t>(zeros.size(), left),
                                      static_cast<off_t>(offset + done));
            if (put < 0 && errno == EINTR) continue;
            if (put <= 0 || static_cast<std::size_t>(put) % kBlockBytes != 0) break;
            done += static_cast<std::uint64_t>(put);
        }
        return ::fcntl(fd_.number(), F_SETFL, flags) == 0 ? done : 0;
    }

    const UniqueFd fd_;
    const std::filesystem::path path_;
};

class PosixFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override {
        int flags = O_CLOEXEC;
        if (mode == OpenMode::kRead) flags |= O_RDONLY;
        if (mode == OpenMode::kReadWrite) flags |= O_RDWR;
        if (mode == OpenMode::kCreateNew) flags |= O_RDWR | O_CREAT | O_EXCL;
        UniqueFd fd(::open(path.c_str(), flags, kFileMode));
        if (!fd.is_open())
            return os_failure(mode == OpenMode::kCreateNew ? "create" : "open", path, errno);
        return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(fd), path));
    }

    Result<> create_directories(const std::filesystem::path& path) override {
        if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
        if (errno == EEXIST && std::filesystem::is_directory(path)) return {};
        if (errno != ENOENT || !path.has_parent_path() || path.parent_path() == path) {
            return os_failure("create", path, errno);
        }
        ICE_TRY(create_directories(path.parent_path()));
        if (::mkdir(path.c_str(), kDirectoryMode) != 0 && errno != EEXIST)
            return os_failure("create", path, errno);
        return {};
    }

    Result<> sync_directory(const std::filesystem::path& path) override {
        const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd.is_open()) return os_failure("open", path, errno);
        if (::fsync(fd.number()) != 0) return os_failure("sync", path, errno);
        return {};
    }

    Result<std::vector<std::string>> list(const std::filesystem::path& path) override {
        DIR* directory = ::opendir(path.c_str());
        if (directory == nullptr) return os_failure("list", path, errno);
        std::vector<std::string> names;
        errno = 0;
        while (const dirent* entry =
                   ::readdir(directory)) {  // NOLINT(concurrency-mt-unsafe): own stream
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") names.emplace_back(name);
            errno = 0;
        }
        const int error = errno;
        ::closedir(directory);
        if (error != 0) return os_failure("list", path, error);
        std::sort(names.begin(), names.end());
        return names;
    }

    Result<> remove(const std::filesystem::path& path) override {
        if (std::remove(path.c_str()) != 0) return os_failure("remove", path, errno);
        return {};
    }

    Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        if (std::rename(from.c_str(), to.c_str()) != 0) return os_failure("rename", from, errno);
        return {};
    }

    Result<bool> exists(const std::filesystem::path& path) override {
        struct stat info {};

        if (::stat(path.c_str(), &info) == 0) return true;
        if (errno == ENOENT || errno == ENOTDIR) return false;
        return os_failure("stat", path, errno);
    }

    Result<std::uint64_t> file_size(const std::filesystem::path& path) override {
        struct stat info {};

        if (::stat(path.c_str(), &info) != 0) return os_failure("stat", path, errno);
        return static_cast<std::uint64_t>(info.st_size);
    }

    Result<SpaceInfo> free_space(const std::filesystem::path& path) override {
        struct statvfs info {};

        if (::statvfs(path.c_str(), &info) != 0) return os_failure("stat", path, errno);
        return SpaceInfo{.free_bytes = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize,
                         .total_bytes = static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize};
    }
};

}  // namespace

FileSystem& posix_file_system() {
    static PosixFileSystem files;
    return files;
}

}  // namespace icelight::io
