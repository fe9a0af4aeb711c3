#include "server/command/temporary_directory.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <system_error>

namespace icelight::server::command {
namespace {

constexpr int kEndingSignals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
/// A worker may put something into it while it is removed.
constexpr int kRemovalsMax = 100;

/// As if it had not been caught: dies of the signal.
void end_by(int number) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    ::raise(number);
}

}  // namespace

TemporaryDirectory::EndingSignals::EndingSignals() {
    sigemptyset(&set_);
    for (const int number : kEndingSignals) {
        struct sigaction action {};

        // What is ignored and blocked would arrive here, and would not end the process.
        if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_DFL)
            sigaddset(&set_, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
}

TemporaryDirectory::EndingSignals::~EndingSignals() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Result<std::unique_ptr<TemporaryDirectory>> TemporaryDirectory::make(
    const std::filesystem::path& parent, std::string_view prefix) {
    std::unique_ptr<TemporaryDirectory> directory(new TemporaryDirectory);
    directory->signals_ = UniqueFd(::signalfd(-1, &directory->ending_.set(), SFD_CLOEXEC));
    directory->done_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
    auto name = (parent / prefix).native() + "XXXXXX";
    if (!directory->signals_.is_open() || !directory->done_.is_open() ||
        ::mkdtemp(name.data()) == nullptr) {
        return fail(ErrorCode::kIo, "cannot make a directory in " + parent.native());
    }
    directory->path_ = name;
    directory->watch_ = std::thread([watched = directory.get()] { watched->watch(); });
    return directory;
}

TemporaryDirectory::~TemporaryDirectory() {
    if (!watch_.joinable()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] auto ignored = ::write(done_.number(), &one, sizeof(one));
    watch_.join();
    remove();
}

void TemporaryDirectory::watch() const {
    pollfd entries[] = {{signals_.number(), POLLIN, 0}, {done_.number(), POLLIN, 0}};
    while (::poll(entries, std::size(entries), -1) < 0) {
    }
    signalfd_siginfo came{};
    if ((entries[0].revents & POLLIN) == 0) return;
    if (::read(signals_.number(), &came, sizeof(came)) != sizeof(came)) return;
    remove();
    end_by(static_cast<int>(came.ssi_signo));
}

void TemporaryDirectory::remove() const {
    std::error_code error;
    for (int tries = 0; tries < kRemovalsMax; ++tries) {
        std::filesystem::remove_all(path_, error);
        if (!error) return;
    }
}

}  // namespace icelight::server::command
