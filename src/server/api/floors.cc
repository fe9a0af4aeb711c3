#include "server/api/floors.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/worker_pool.h"
#include "io/file_system.h"
#include "server/telemetry.h"

namespace icelight::server {
namespace {

constexpr std::int64_t kLookEveryMs = 1'000;
constexpr std::uint64_t kSoftFreeParts = 20;  // 5 %

}  // namespace

Floors::Floors(FloorLimits limits,
               std::filesystem::path directory,
               std::function<std::uint64_t()> unflushed_bytes,
               io::FileSystem& files,
               const Clock& clock)
    : limits_(limits),
      directory_(std::move(directory)),
      unflushed_bytes_(std::move(unflushed_bytes)),
      files_(files),
      clock_(clock) {
    refresh();
}

std::optional<Error> Floors::find_refusal(WorkerPool& pool) {
    const std::int64_t now_ms = clock_.now_us() / 1000;
    auto looked_at = looked_at_ms_.load(std::memory_order_relaxed);
    // Whoever moves the time forward has the look to do; the others go on with the last one.
    if (std::abs(now_ms - looked_at) >= kLookEveryMs &&
        looked_at_ms_.compare_exchange_strong(looked_at, now_ms)) {
        [[maybe_unused]] const bool is_taken = pool.try_run([this] { refresh(); });
    }
    switch (state_.load(std::memory_order_relaxed)) {
        case State::kRoom:
            return std::nullopt;
        case State::kLogLag:
            return Error{ErrorCode::kOverloaded,
                         "the table is too far behind the log; try again later"};
        case State::kDiskLow:
            return Error{ErrorCode::kOverloaded, "the disk is nearly full; try again later"};
        case State::kDiskFull:
            return Error{ErrorCode::kUnavailable, "the disk is full; try again later"};
    }
    return std::nullopt;
}

void Floors::refresh() {
    looked_at_ms_.store(clock_.now_us() / 1000, std::memory_order_relaxed);
    const State state = look();
    const State before = state_.exchange(state);
    if (state == before) return;
    switch (state) {
        case State::kRoom:
            return telemetry::floor_reached("");
        case State::kLogLag:
            return telemetry::floor_reached("unflushed log over log.unflushed-bytes-max");
        case State::kDiskLow:
            return telemetry::floor_reached("free disk below the soft floor");
        case State::kDiskFull:
            return telemetry::floor_reached("free disk below the hard floor");
    }
}

Floors::State Floors::look() const {
    // A disk that cannot be asked is left to the log, which notices for itself.
    if (const auto space = files_.free_space(directory_)) {
        if (space->free_bytes < limits_.hard_free_bytes) return State::kDiskFull;
        const auto soft = std::min(limits_.soft_free_bytes, space->total_bytes / kSoftFreeParts);
        if (space->free_bytes < soft) return State::kDiskLow;
    }
    return unflushed_bytes_() > limits_.unflushed_bytes_max ? State::kLogLag : State::kRoom;
}

}  // namespace icelight::server
