#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace icelight {

/// The descriptor on which a worker process finds its socket to the server.
inline constexpr int kWorkerSocketFd = 3;

struct ChildOptions {
    std::vector<std::string> arguments;  ///< After the program's name: {"worker", "sql"}.
    bool is_isolated = false;  ///< Own user, network, PID, IPC and UTS namespaces where permitted.
    /// Gives this process a socket that listens in the child's network, see take_listener().
    bool has_listener = false;
    bool inherits_stderr = true;  ///< Else /dev/null, as stdin and stdout always are.
};

/// A worker process of ours: the same binary, one end of a socket pair on descriptor 3, nothing
/// else inherited, an empty environment (LC_ALL=C, TZ=UTC, HOME=/nonexistent), killed when this
/// process ends.
///
/// Thread safety: none. PR_SET_PDEATHSIG follows the *thread* that spawned: spawn from one that
/// lives as
///   long as the child should.
/// Lifetime: the destructor kills and reaps.
class Child {
public:
    /// @error kIo  the kernel refused a socket pair, a process or its listener.
    static Result<Child> spawn(const ChildOptions& options);

    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    ~Child();

    pid_t pid() const { return pid_; }

    /// The server's end: a connected AF_UNIX stream socket, close-on-exec.
    int socket_fd() const { return socket_.number(); }

    /// Hands the socket to an event loop; the Child no longer closes it.
    UniqueFd take_socket() { return std::move(socket_); }

    /// With has_listener: a TCP socket of this process that listens on a free port of 127.0.0.1 in
    /// the child's network: its own, which has nothing but loopback, when has_own_network().
    UniqueFd take_listener() { return std::move(listener_); }

    /// Whether the namespaces of is_isolated were permitted.
    bool has_own_network() const { return has_own_network_; }

    /// SIGKILL. Reaping is left to wait() or the destructor.
    void kill();

    /// Waits until the process ended. @return "exit 0", "signal 9"; empty when `deadline` passed
    /// first.
    std::string wait(Deadline deadline);

private:
    Child(pid_t pid, UniqueFd socket) : pid_(pid), socket_(std::move(socket)) {}

    void destroy();

    pid_t pid_ = -1;
    UniqueFd socket_;
    UniqueFd listener_;
    bool has_own_network_ = false;
};

}  // namespace icelight
