#include "engine/aggregate/cohort.h"

#include <algorithm>
#include <bit>

namespace icelight::engine {

std::uint64_t CohortBuckets::word(std::uint32_t index) const {
    if (index == 0) return first_word;
    return index <= word_count ? words[index - 1] : 0;
}

bool CohortBuckets::reserve(AggregateArena& arena, std::uint32_t count) {
    if (count <= word_count) return true;
    const std::uint32_t grown = std::bit_ceil(count);
    auto* const larger = static_cast<std::uint64_t*>(arena.allocate(grown * sizeof(std::uint64_t)));
    if (larger == nullptr) return false;
    std::copy_n(words, word_count, larger);
    std::fill(larger + word_count, larger + grown, 0);
    words = larger;
    word_count = grown;
    return true;
}

bool CohortBuckets::add_active(AggregateArena& arena, std::uint32_t bucket) {
    const std::uint32_t index = bucket / 64;
    const std::uint64_t bit = std::uint64_t{1} << (bucket % 64);
    if (index == 0) {
        first_word |= bit;
        return true;
    }
    if (!reserve(arena, index)) return false;
    words[index - 1] |= bit;
    return true;
}

bool CohortBuckets::take(AggregateArena& arena, const CohortBuckets& other) {
    start = std::min(start, other.start);
    first_word |= other.first_word;
    if (!reserve(arena, other.word_count)) return false;
    for (std::uint32_t i = 0; i < other.word_count; ++i) {
        words[i] |= other.words[i];
    }
    return true;
}

std::int64_t CohortBuckets::periods() const {
    if (start == kNoStart) return 0;
    const std::uint32_t first = static_cast<std::uint32_t>(start) / 64;
    const unsigned shift = static_cast<unsigned>(start) % 64;
    std::uint64_t bits = word(first) >> shift;
    if (shift > 0) bits |= word(first + 1) << (64 - shift);
    constexpr std::uint64_t kKept = (std::uint64_t{1} << kCohortPeriodsMax) - 1;
    bool is_later = (bits & ~kKept) != 0;
    // What of the words behind was not shifted into `bits`.
    if (shift > 0 && (word(first + 1) >> shift) != 0) is_later = true;
    for (std::uint32_t i = first + (shift > 0 ? 2 : 1); i <= word_count && !is_later; ++i) {
        is_later = word(i) != 0;
    }
    return static_cast<std::int64_t>((bits & kKept) |
                                     (is_later ? std::uint64_t{1} << kCohortPeriodsMax : 0));
}

}  // namespace icelight::engine
