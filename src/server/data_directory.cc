#include "server/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/errno_text.h"
#include "io/file_system.h"

namespace icelight::server {
namespace {

constexpr std::size_t kAddressBytesMax = 256;
constexpr mode_t kLockMode = 0640;

tl::unexpected<Error> not_usable(const std::filesystem::path& path, const std::string& why) {
    return fail(ErrorCode::kIo,
                "data directory " + path.string() + ": " + why +
                    "; give --data a directory that this user may write to");
}

Result<> create_parts(const std::filesystem::path& path) {
    for (const char* part : {"", "log", "warehouse", "spill"}) {
        const auto directory = *part == '\0' ? path : path / part;
        // Durably, parents too: what is acknowledged must not go with its directory's name.
        const auto made = io::posix_file_system().create_directories_durably(directory);
        if (!made) return not_usable(directory, made.error().message);
        if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
            return not_usable(directory, std::string("not writable: ") + errno_text(errno));
        }
    }
    return {};
}

std::string read_address(int fd) {
    std::string text(kAddressBytesMax, '\0');
    const auto got = ::pread(fd, text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text.empty() ? "starting up" : text;
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const std::filesystem::path& path) {
    ICE_TRY(create_parts(path));
    std::error_code error;
    auto absolute = std::filesystem::canonical(path, error);
    if (error) return not_usable(path, error.message());

    const auto lock_path = absolute / "LOCK";
    UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kLockMode));
    if (!lock.is_open()) return not_usable(lock_path, errno_text(errno));
    if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
        return fail(ErrorCode::kAlreadyExists,
                    "data directory " + absolute.string() + " is in use by another icelight (" +
                        read_address(lock.number()) +
                        "); stop that one or give --data another directory");
    }
    // What workers left behind when they were killed.
    for (const auto& left : std::filesystem::directory_iterator(absolute / "spill", error)) {
        std::filesystem::remove_all(left.path(), error);
    }
    return DataDirectory(std::move(absolute), std::move(lock));
}

std::string DataDirectory::holder_of(const std::filesystem::path& path) {
    const UniqueFd lock(::open((path / "LOCK").c_str(), O_RDONLY | O_CLOEXEC));
    return lock.is_open() ? read_address(lock.number()) : "";
}

Result<> DataDirectory::announce(const std::string& address) {
    const std::string line = address + "\n";
    const bool is_written = ::ftruncate(lock_.number(), 0) == 0 &&
                            ::pwrite(lock_.number(), line.data(), line.size(), 0) > 0;
    if (!is_written) return not_usable(path_ / "LOCK", errno_text(errno));
    return {};
}

std::size_t raise_open_files_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace icelight::server
