#include "server/rate_limits.h"

#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

#include "base/ids.h"

namespace icelight::server {
namespace {

double seconds_of(SteadyTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// By how much a bucket may be behind and still give a token.
double tolerance_of(const Rate& rate) {
    return std::max(rate.burst - 1, 0.0) / rate.per_second;
}

}  // namespace

// Sets are dealt to stripes by their number, so the count is a multiple of it.
TokenBuckets::TokenBuckets(std::size_t places)
    : sets_(std::max<std::size_t>(places / kWays / kStripes, 1) * kStripes),
      seed_(static_cast<std::uint64_t>(make_random_id())),
      places_(sets_ * kWays) {}

std::uint64_t TokenBuckets::hash_of(std::string_view name) const {
    return XXH3_64bits_withSeed(name.data(), name.size(), seed_);
}

double& TokenBuckets::full_at_of(std::uint64_t hash, double now) {
    const std::span set(&places_.at(hash % sets_ * kWays), kWays);
    for (Place& place : set) {
        if (place.name_hash == hash) return place.full_at;
    }
    Place& freest = *std::ranges::min_element(set, {}, &Place::full_at);
    freest = {.name_hash = hash, .full_at = now};
    return freest.full_at;
}

double TokenBuckets::take(std::string_view name, const Rate& rate, SteadyTime now) {
    if (rate.per_second <= 0) return 0;
    const double at = seconds_of(now);
    const std::uint64_t hash = hash_of(name);
    const std::lock_guard lock(mutex_of(hash));
    double& full_at = full_at_of(hash, at);
    const double wait = full_at - tolerance_of(rate) - at;
    if (wait > 0) return wait;
    full_at = std::max(full_at, at) + 1 / rate.per_second;
    return 0;
}

double TokenBuckets::wait_of(std::string_view name, const Rate& rate, SteadyTime now) {
    if (rate.per_second <= 0) return 0;
    const double at = seconds_of(now);
    const std::uint64_t hash = hash_of(name);
    const std::lock_guard lock(mutex_of(hash));
    for (std::size_t i = 0; i < kWays; ++i) {
        const Place& place = places_.at(hash % sets_ * kWays + i);
        if (place.name_hash == hash) return std::max(place.full_at - tolerance_of(rate) - at, 0.0);
    }
    return 0;
}

void TokenBuckets::charge(std::string_view name, double tokens, const Rate& rate, SteadyTime now) {
    if (rate.per_second <= 0 || tokens <= 0) return;
    const double at = seconds_of(now);
    const std::uint64_t hash = hash_of(name);
    const std::lock_guard lock(mutex_of(hash));
    double& full_at = full_at_of(hash, at);
    const double owed = std::max(full_at, at) + tokens / rate.per_second;
    full_at = std::min(owed, at + tolerance_of(rate) + kDebtMaxSeconds);
}

}  // namespace icelight::server
