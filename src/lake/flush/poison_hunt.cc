#include "lake/flush/poison_hunt.h"

#include <algorithm>

namespace icelight::lake {

std::uint64_t PoisonHunt::end_of(std::uint64_t from, std::uint64_t durable) const {
    return durable - from > count_max_ ? from + count_max_ : durable;
}

PoisonHunt::Verdict PoisonHunt::failed(std::uint64_t from, std::uint64_t to) {
    if (!poison_.empty()) {
        *this = {};
        return Verdict::kHopeless;
    }
    if (from != from_) {
        from_ = from;
        strikes_ = 0;
    }
    ++strikes_;
    const bool is_one_row = to - from == 1;
    // While the range is being narrowed one failure tells enough.
    const int strikes_wanted = is_hunting() && !is_one_row ? 1 : kStrikesMax;
    if (strikes_ < strikes_wanted) return Verdict::kAgain;
    strikes_ = 0;
    if (is_one_row) {
        poison_ = {from};
        return Verdict::kPoison;
    }
    end_ = to;
    count_max_ = (to - from) / 2;
    return Verdict::kNarrowed;
}

void PoisonHunt::succeeded(std::uint64_t to) {
    const bool was_poison = !poison_.empty();
    poison_.clear();
    strikes_ = 0;
    if (was_poison || to >= end_) {
        end_ = 0;
        count_max_ = UINT64_MAX;
    } else {
        count_max_ = std::max<std::uint64_t>(1, (end_ - to) / 2);
    }
}

}  // namespace icelight::lake
