#pragma once

#include <cstdint>
#include <limits>

#include "engine/aggregate/aggregate_memory.h"

namespace icelight::engine {

/// Buckets (days, weeks, months since some day) are 0 ... kBucketsMax - 1.
inline constexpr std::int64_t kBucketsMax = 1 << 16;
/// Periods told apart; everything later is one bit.
inline constexpr std::int32_t kCohortPeriodsMax = 62;

/// In which buckets a group was active, and the first in which it started. All zero but `start` is
/// the empty set; its words lie in an arena, which owns them.
struct CohortBuckets {
    static constexpr std::int32_t kNoStart = std::numeric_limits<std::int32_t>::max();

    std::int32_t start;
    std::uint32_t word_count;  ///< Of `words`: buckets 64 and up.
    std::uint64_t first_word;  ///< Buckets 0 to 63.
    std::uint64_t* words;

    /// @param bucket  below kBucketsMax. False: the memory's limit is reached.
    bool add_active(AggregateArena& arena, std::uint32_t bucket);

    bool take(AggregateArena& arena, const CohortBuckets& other);

    /// Bit p: active p buckets after the start; bit kCohortPeriodsMax: later than that. 0 without a
    /// start.
    std::int64_t periods() const;

private:
    std::uint64_t word(std::uint32_t index) const;
    bool reserve(AggregateArena& arena, std::uint32_t count);
};

}  // namespace icelight::engine
