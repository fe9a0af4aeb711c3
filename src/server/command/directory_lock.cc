#include "server/command/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace icelight::server::command {
namespace {

constexpr std::size_t kAddressBytesMax = 256;

}  // namespace

Result<DirectoryLock> DirectoryLock::open(const std::filesystem::path& directory) {
    std::error_code error;
    auto path = std::filesystem::canonical(directory, error);
    UniqueFd lock(error ? -1 : ::open((path / "LOCK").c_str(), O_RDONLY | O_CLOEXEC));
    if (!lock.is_open()) {
        return fail(ErrorCode::kNotFound,
                    directory.string() +
                        " is no data directory of icelight (it has no LOCK); give --data the one "
                        "that `serve` uses");
    }
    std::string address;
    if (::flock(lock.number(), LOCK_SH | LOCK_NB) != 0) {
        address.resize(kAddressBytesMax);
        const auto got = ::pread(lock.number(), address.data(), address.size(), 0);
        address.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        while (!address.empty() && address.back() == '\n')
            address.pop_back();
        if (address.empty()) {
            return fail(ErrorCode::kUnavailable,
                        "a server is just starting on " + path.string() + "; try again");
        }
    }
    return DirectoryLock(std::move(path), std::move(lock), std::move(address));
}

}  // namespace icelight::server::command
