#include "base/child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>

namespace icelight {
namespace {

constexpr int kNamespaces =
    CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;

/// Of the child between clone and exec.
constexpr std::size_t kStackBytes = 64 << 10;
constexpr int kListenBacklog = 64;
/// It listens before it execs, and this process waits for that; only sanitizers' builds do not.
constexpr int kListenerWaitMs = 5'000;

// Between clone and exec only async-signal-safe calls: the memory is the server's, and its other
// threads may hold any lock.
void write_file(const char* path, const char* text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    [[maybe_unused]] auto ignored = ::write(fd, text, std::strlen(text));
    ::close(fd);
}

/// Without an address, an interface is down.
bool raise_loopback(int socket) {
    ifreq request{};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0) return false;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    return ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
}

/// Sends the descriptor with one byte.
bool send_descriptor(int socket, int descriptor) {
    char byte = 'L';
    iovec piece{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* const part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(part), &descriptor, sizeof(int));
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

/// Listens in this process's network and hands the socket to the parent.
bool send_listener(int parent, bool has_own_network) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) return false;
    if (has_own_network && !raise_loopback(listener)) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
           ::listen(listener, kListenBacklog) == 0 && send_descriptor(parent, listener);
}

/// What send_descriptor() sent; not open when nothing came.
UniqueFd receive_descriptor(int socket) {
    char byte = 0;
    iovec piece{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    pollfd ready{socket, POLLIN, 0};
    if (::poll(&ready, 1, kListenerWaitMs) != 1) return UniqueFd();
    if (::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1) return UniqueFd();
    const cmsghdr* const part = CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_type != SCM_RIGHTS) return UniqueFd();
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(part), sizeof(int));
    return UniqueFd(descriptor);
}

struct ExecPlan {
    std::vector<char*> arguments;
    char* const* environment;
    std::string uid_map;
    std::string gid_map;
    int socket_fd;
    bool inherits_stderr;
    bool has_namespaces;
    bool has_listener;
    pid_t parent;
};

/// The server's handlers would run on the server's memory.
void drop_signal_handlers() {
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};

        if (::sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
        action.sa_handler = SIG_DFL;
        ::sigaction(number, &action, nullptr);
    }
}

int run_child(void* argument) {
    const ExecPlan& plan = *static_cast<const ExecPlan*>(argument);
    if (plan.has_namespaces) {
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", plan.uid_map.c_str());
        write_file("/proc/self/gid_map", plan.gid_map.c_str());
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!plan.has_namespaces && ::getppid() != plan.parent) ::_exit(1);
    if (plan.has_listener && !send_listener(plan.socket_fd, plan.has_namespaces)) ::_exit(1);
    drop_signal_handlers();
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    const int null = ::open("/dev/null", O_RDWR);
    // The socket may itself be one of 0..3: move it out of the way first.
    const int moved = ::fcntl(plan.socket_fd, F_DUPFD, 10);
    ::dup2(null, 0);
    ::dup2(null, 1);
    if (!plan.inherits_stderr) ::dup2(null, 2);
    ::dup2(moved, kWorkerSocketFd);
    ::syscall(SYS_close_range, 4U, ~0U, 0U);
    ::execve("/proc/self/exe", plan.arguments.data(), plan.environment);
    ::_exit(127);
}

/// Starts run_child(). The memory is shared until it execs, and only this thread waits: a copy of
/// the page tables would halt every thread for milliseconds, and each page they write after it.
pid_t clone_process(ExecPlan& plan) {
    int flags = SIGCHLD | (plan.has_namespaces ? kNamespaces : 0);
#ifndef __SANITIZE_THREAD__  // which would take the child's calls for this thread's
    flags |= CLONE_VM | CLONE_VFORK;
#endif
    struct alignas(16) Stack {
        char bytes[kStackBytes];
    };

    const auto stack = std::make_unique<Stack>();
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::clone(run_child, stack->bytes + kStackBytes, flags, &plan);
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return pid;
}

}  // namespace

Result<Child> Child::spawn(const ChildOptions& options) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return fail(ErrorCode::kIo, "socketpair: " + std::generic_category().message(errno));
    }
    UniqueFd ours(pair[0]);
    const UniqueFd theirs(pair[1]);

    std::vector<std::string> words = {"icelight"};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    static char* const environment[] = {const_cast<char*>("LC_ALL=C"),
                                        const_cast<char*>("TZ=UTC"),
                                        const_cast<char*>("HOME=/nonexistent"),
                                        nullptr};
    ExecPlan plan{.arguments = {},
                  .environment = environment,
                  .uid_map = std::to_string(::getuid()) + " " + std::to_string(::getuid()) + " 1",
                  .gid_map = std::to_string(::getgid()) + " " + std::to_string(::getgid()) + " 1",
                  .socket_fd = theirs.number(),
                  .inherits_stderr = options.inherits_stderr,
                  .has_namespaces = options.is_isolated,
                  .has_listener = options.has_listener,
                  .parent = ::getpid()};
    for (auto& word : words)
        plan.arguments.push_back(word.data());
    plan.arguments.push_back(nullptr);

    pid_t pid = clone_process(plan);
    if (pid < 0 && options.is_isolated) {
        // Where user namespaces are forbidden the worker runs without; its own sandbox still holds.
        plan.has_namespaces = false;
        pid = clone_process(plan);
    }
    if (pid < 0) return fail(ErrorCode::kIo, "clone: " + std::generic_category().message(errno));
    Child child(pid, std::move(ours));
    child.has_own_network_ = plan.has_namespaces;
    if (options.has_listener) {
        child.listener_ = receive_descriptor(child.socket_fd());
        if (!child.listener_.is_open()) {
            return fail(ErrorCode::kIo, "a worker cannot listen on its loopback network");
        }
    }
    return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      socket_(std::move(other.socket_)),
      listener_(std::move(other.listener_)),
      has_own_network_(other.has_own_network_) {}

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        destroy();
        pid_ = std::exchange(other.pid_, -1);
        socket_ = std::move(other.socket_);
        listener_ = std::move(other.listener_);
        has_own_network_ = other.has_own_network_;
    }
    return *this;
}

Child::~Child() {
    destroy();
}

void Child::destroy() {
    if (pid_ <= 0) return;
    kill();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

void Child::kill() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
}

std::string Child::wait(Deadline deadline) {
    constexpr auto kStep = std::chrono::milliseconds(2);
    while (pid_ > 0) {
        int status = 0;
        const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
        if (ended == pid_ || (ended < 0 && errno == ECHILD)) {
            pid_ = -1;
            if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
            return "exit " + std::to_string(WEXITSTATUS(status));
        }
        if (system_clock().steady() >= deadline) return {};
        std::this_thread::sleep_for(kStep);
    }
    return "ended";
}

}  // namespace icelight
