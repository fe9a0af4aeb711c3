#include "wal/recovery_table.h"

#include <array>

#include "base/check.h"

namespace icelight::wal {
namespace {

constexpr std::nullopt_t kAny = std::nullopt;

// Columns: header valid, last, short, rest zero, attested, silent records, below W.
constexpr std::array<TailRule, 8> kTable{{
    // Headers are synced before a segment gets its name: an invalid one was valid once.
    {"bad header", false, kAny, kAny, kAny, kAny, kAny, kAny, Verdict::kDamaged},
    // The successor began at a durable position, so all records below it were durable.
    {"hole in a sealed segment", true, false, kAny, kAny, kAny, kAny, kAny, Verdict::kDamaged},
    // A later record was made after the place had been synced.
    {"attested by a later record", true, true, kAny, kAny, true, kAny, kAny, Verdict::kDamaged},
    // The table holds offsets the log lost: they were durable.
    {"below the watermark", true, true, kAny, kAny, false, kAny, true, Verdict::kDamaged},
    // One group is one write, its pages persist in any order, nothing in it was acknowledged.
    {"torn group", true, true, kAny, kAny, false, true, false, Verdict::kTorn},
    // The write in flight at the end.
    {"torn record", true, true, kAny, false, false, false, false, Verdict::kTorn},
    // Missing bytes read as zeros; the file is made whole again.
    {"cut file", true, true, true, true, false, false, false, Verdict::kTorn},
    {"clean end", true, true, false, true, false, false, false, Verdict::kClean},
}};

bool agrees(std::optional<bool> wanted, bool is) {
    return !wanted || *wanted == is;
}

}  // namespace

std::span<const TailRule> recovery_table() {
    return kTable;
}

bool fits(const TailRule& rule, const TailFacts& facts) {
    return agrees(rule.is_header_valid, facts.is_header_valid) &&
           agrees(rule.is_last, facts.is_last) && agrees(rule.is_short, facts.is_short) &&
           agrees(rule.is_rest_zero, facts.is_rest_zero) &&
           agrees(rule.is_attested, facts.later == Later::kAttesting) &&
           agrees(rule.has_silent, facts.later == Later::kSilent) &&
           agrees(rule.is_below_watermark, facts.is_below_watermark);
}

const TailRule& find_rule(const TailFacts& facts) {
    for (const TailRule& rule : kTable) {
        if (fits(rule, facts)) return rule;
    }
    die(__FILE__, __LINE__, "find_rule", "the recovery table has a hole");
}

}  // namespace icelight::wal
