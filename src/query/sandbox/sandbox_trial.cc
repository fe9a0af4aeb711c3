#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "base/errno_text.h"
#include "base/unique_fd.h"
#include "query/sandbox/sandbox.h"

namespace icelight::query {
namespace {

/// Collects the first thing that is not as it must be.
class Trial {
public:
    /// `answer` of a call that must fail; -1 is failure.
    void refuse(std::string_view what, long answer) {
        if (answer != -1 && result_) {
            result_ = fail(ErrorCode::kForbidden, fmt::format("sandbox: {} is possible", what));
        }
    }

    /// `answer` of a call that must not fail.
    void allow(std::string_view what, long answer) {
        if (answer == -1 && result_) {
            result_ =
                fail(ErrorCode::kIo, fmt::format("sandbox: {} fails: {}", what, errno_text(errno)));
        }
    }

    Result<> result() const { return result_; }

private:
    Result<> result_;
};

/// 0 or -1; leaves nothing open.
long try_open(const std::filesystem::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    ::close(fd);
    return 0;
}

long try_create(const std::filesystem::path& path) {
    const long answer = try_open(path, O_CREAT | O_WRONLY);
    if (answer == 0) ::unlink(path.c_str());
    return answer;
}

long try_socket(int family, int type = SOCK_STREAM, int protocol = 0) {
    const UniqueFd socket(::socket(family, type | SOCK_CLOEXEC, protocol));
    return socket.is_open() ? 0 : -1;
}

/// An address of TEST-NET-1 (RFC 5737), which stands for all that is not on this machine.
constexpr in_addr_t kElsewhere = 0xC0000201;

sockaddr_in address_of(in_addr_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(host);
    address.sin_port = htons(port);
    return address;
}

/// 0 also when the kernel sets out on the way and a wait would be needed.
long try_connect(in_addr_t host, std::uint16_t port) {
    const int flags = host == INADDR_LOOPBACK ? 0 : SOCK_NONBLOCK;
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    const auto address = address_of(host, port);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    const int answer = ::connect(socket.number(), where, sizeof(address));
    return answer == 0 || errno == EINPROGRESS ? 0 : -1;
}

long try_serving() {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = address_of(INADDR_LOOPBACK, 0);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    const bool is_bound = ::bind(socket.number(), where, sizeof(address)) == 0;
    return is_bound || ::listen(socket.number(), 1) == 0 ? 0 : -1;
}

/// A connection without connect(), which is what Landlock sees.
long try_fast_open(std::uint16_t port) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = address_of(INADDR_LOOPBACK, port);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    return ::sendto(socket.number(), "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, where, sizeof(address));
}

long try_fork() {
    const long pid = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) ::_exit(0);
    return pid < 0 ? -1 : 0;
}

long try_executable_memory() {
    constexpr std::size_t kPageBytes = 4096;
    void* const page =
        ::mmap(nullptr, kPageBytes, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return -1;
    ::munmap(page, kPageBytes);
    return 0;
}

long try_raising_limits() {
    const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
    return ::setrlimit(RLIMIT_DATA, &more);
}

void try_files(const SandboxOptions& options, Trial& trial) {
    const char* const name = "icelight-sandbox-trial";
    if (options.requires_landlock) {
        trial.refuse("reading /etc/passwd", try_open("/etc/passwd", O_RDONLY));
        trial.refuse("reading /proc/self/maps", try_open("/proc/self/maps", O_RDONLY));
        trial.refuse("writing /dev/null", try_open("/dev/null", O_WRONLY));
        for (const auto& directory : options.readable)
            trial.refuse("creating a file in " + directory.native(), try_create(directory / name));
    }
    for (const auto& directory : options.readable)
        trial.allow("reading " + directory.native(), try_open(directory, O_RDONLY | O_DIRECTORY));
    for (const auto& file : options.readable_files)
        trial.allow("reading " + file.native(), try_open(file, O_RDONLY));
    const auto inside = options.writable / name;
    trial.allow("creating a file in " + options.writable.native(), try_create(inside));
    trial.refuse("a symbolic link", ::symlink("/etc/passwd", inside.c_str()));
    trial.refuse("a hard link", ::link("/proc/self/exe", inside.c_str()));
    trial.refuse("renaming", ::rename(inside.c_str(), (inside.native() + "2").c_str()));
    trial.refuse("changing modes", ::chmod(options.writable.c_str(), 0700));
    trial.refuse("truncating by path", ::truncate(options.writable.c_str(), 0));
}

void try_network(const SandboxOptions& options, Trial& trial) {
    trial.refuse("an IPv6 socket", try_socket(AF_INET6));
    trial.refuse("a local socket", try_socket(AF_UNIX));
    trial.refuse("a datagram socket", try_socket(AF_INET, SOCK_DGRAM));
    if (!options.tcp_port) {
        trial.refuse("an internet socket", try_socket(AF_INET));
        return;
    }
    const std::uint16_t port = *options.tcp_port;
    const auto other_port = static_cast<std::uint16_t>(port ^ 1);
    trial.refuse("a socket of multipath TCP", try_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
    trial.refuse("serving", try_serving());
    trial.refuse("a fast open", try_fast_open(port));
    trial.allow("connecting to the relay", try_connect(INADDR_LOOPBACK, port));
    if (options.requires_own_network) {
        trial.refuse("connecting to another port", try_connect(INADDR_LOOPBACK, other_port));
        trial.refuse("connecting to another machine", try_connect(kElsewhere, port));
    }
}

void try_process(Trial& trial) {
    trial.refuse("a new process", try_fork());
    trial.refuse("a signal", ::kill(::getpid(), 0));
    trial.refuse("executable memory", try_executable_memory());
    trial.refuse("a memory file", ::syscall(SYS_memfd_create, "x", 0));
    trial.refuse("raising limits", try_raising_limits());
    trial.refuse("becoming traceable", ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
    trial.refuse("a new session", ::setsid());
    std::thread([] {}).join();
}

}  // namespace

Result<> test_sandbox(const SandboxOptions& options) {
    Trial trial;
    try_files(options, trial);
    try_network(options, trial);
    try_process(trial);
    return trial.result();
}

}  // namespace icelight::query
