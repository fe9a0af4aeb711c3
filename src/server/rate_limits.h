#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace icelight::server {

/// How fast something may come, and how much at once.
struct Rate {
    double per_second = 0;  ///< 0: without a limit.
    double burst = 0;
};

/// Token buckets by name, in a table of fixed size.
///
/// Each is one number, the time at which it will be full again (the generic
/// cell rate algorithm), so a full bucket holds nothing and its place may be
/// given away. A name has kWays places; when all are taken the one that is full
/// soonest goes, which can only be generous. Thread safety: all members, from
/// any thread; one mutex of kStripes is held for a look-up.
class TokenBuckets {
public:
    explicit TokenBuckets(std::size_t places);

    /// Takes one token. @return 0, or after how many seconds there will be one.
    double take(std::string_view name, const Rate& rate, SteadyTime now);

    /// After how many seconds there will be a token; 0: there is one.
    double wait_of(std::string_view name, const Rate& rate, SteadyTime now);

    /// Takes `tokens` that are already spent: the bucket may owe for it, at most
    /// kDebtMaxSeconds.
    void charge(std::string_view name, double tokens, const Rate& rate, SteadyTime now);

    static constexpr std::size_t kWays = 4;
    static constexpr double kDebtMaxSeconds = 300;

private:
    static constexpr std::size_t kStripes = 16;

    struct Place {
        std::uint64_t name_hash = 0;
        double full_at = 0;  ///< Seconds of the steady clock; in the past: full.
    };

    double& full_at_of(std::uint64_t hash, double now);
    std::uint64_t hash_of(std::string_view name) const;

    std::mutex& mutex_of(std::uint64_t hash) { return mutexes_.at(hash % kStripes); }

    // constant after construction
    std::size_t sets_;
    std::uint64_t seed_;
    // guarded by the mutex of the name's stripe
    std::array<std::mutex, kStripes> mutexes_;
    std::vector<Place> places_;
};

}  // namespace icelight::server
