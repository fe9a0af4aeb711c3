#include "base/child.h"

#include <fcntl.h>
#include <sched.h>
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

// Between clone and exec only async-signal-safe calls: the memory is the server's, and its other
// threads may hold any lock.
void write_file(const char* path, const char* text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    [[maybe_unused]] auto ignored = ::write(fd, text, std::strlen(text));
    ::close(fd);
}

struct ExecPlan {
    std::vector<char*> arguments;
    char* const* environment;
    std::string uid_map;
    std::string gid_map;
    int socket_fd;
    bool inherits_stderr;
    bool has_namespaces;
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
    return Child(pid, std::move(ours));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)) {}

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        destroy();
        pid_ = std::exchange(other.pid_, -1);
        socket_ = std::move(other.socket_);
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
