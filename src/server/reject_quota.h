#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace icelight::server {

/// How many rejected events of a source are kept each minute; the excess is only counted.
///
/// Thread safety: all members, from any thread; one mutex, held for a look-up, on the rejects' path
/// only.
class RejectQuota {
public:
    static constexpr std::size_t kCountMax = 1'000;
    static constexpr std::size_t kBytesMax = 10u << 20;
    static constexpr std::size_t kSourcesMax = 10'000;  ///< Past it all windows begin anew.

    explicit RejectQuota(const Clock& clock) : clock_(clock) {}

    /// May one more rejected event of that many bytes be kept?
    bool take(const std::string& source_id, std::size_t bytes);

private:
    struct Window {
        SteadyTime begin;
        std::size_t count = 0;
        std::size_t bytes = 0;
    };

    const Clock& clock_;
    // guarded by mutex_
    std::mutex mutex_;
    std::unordered_map<std::string, Window> windows_;
};

}  // namespace icelight::server
