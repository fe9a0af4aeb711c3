#include "server/lifecycle.h"

#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "base/log.h"
#include "server/config.h"
#include "server/telemetry.h"
#include "server/wiring/wiring.h"

namespace icelight::server {
namespace {

/// Larger buffers, those of large bodies, go back to the system when they are freed. Left alone the
/// allocator would keep them from the second one on: a few giant requests would double what the
/// process holds for good.
constexpr int kMappedBytesMin = 512 << 10;

log::Level level_of(const std::string& name) {
    if (name == "debug") return log::Level::kDebug;
    if (name == "warn") return log::Level::kWarn;
    if (name == "error") return log::Level::kError;
    return log::Level::kInfo;
}

sigset_t block_stop_signals() {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    return stop;
}

}  // namespace

int serve(const Config& config) {
    const sigset_t stop = block_stop_signals();
    std::signal(SIGPIPE, SIG_IGN);
    log::set_level(level_of(config.text("server.log-level")));
    // Before any other thread is there.
    ::mallopt(M_MMAP_THRESHOLD, kMappedBytesMin);  // NOLINT(concurrency-mt-unsafe)

    auto wiring = Wiring::start(config);
    if (!wiring) {
        telemetry::cannot_start(wiring.error().message);
        return 1;
    }
    fmt::print("ready http://{}\n", (*wiring)->address());
    std::fflush(stdout);

    int signal = 0;
    while (::sigwait(&stop, &signal) != 0) {
    }
    (*wiring)->stop({});
    return 0;
}

}  // namespace icelight::server
