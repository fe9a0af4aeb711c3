#pragma once

#include <csignal>
#include <filesystem>
#include <memory>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "base/unique_fd.h"

namespace icelight::server::command {

/// A directory of a command's own, removed with all that is in it: with the object, and when
/// SIGHUP, SIGINT or SIGTERM ends the process, which then still dies of that signal, as shells
/// expect. Only SIGKILL leaves it. What the process was started to ignore stays ignored.
///
/// From make() on these signals and SIGPIPE are blocked in the caller's thread and in those it
/// starts: a write to a reader that went fails first, and SIGPIPE ends the process once the object
/// is gone.
///
/// Threads: one of its own, that waits for the signals. Lifetime: made and destroyed by one thread,
/// while no other thread is there that does not block them.
class TemporaryDirectory {
public:
    /// @param prefix  of its name, before six letters.
    /// @error kIo  it cannot be made; nothing is blocked.
    static Result<std::unique_ptr<TemporaryDirectory>> make(const std::filesystem::path& parent,
                                                            std::string_view prefix);
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    /// Those of the signals above that would end the process, kept away until it is destroyed.
    class EndingSignals {
    public:
        EndingSignals();
        ~EndingSignals();
        EndingSignals(const EndingSignals&) = delete;
        EndingSignals& operator=(const EndingSignals&) = delete;

        const sigset_t& set() const { return set_; }

    private:
        sigset_t set_{};
        sigset_t before_{};
    };

    TemporaryDirectory() = default;

    void watch() const;
    void remove() const;

    const EndingSignals ending_;  ///< Let through after all else ended.
    std::filesystem::path path_;
    UniqueFd signals_;  ///< Readable: one came.
    UniqueFd done_;     ///< Readable: the watch is over.
    std::thread watch_;
};

}  // namespace icelight::server::command
