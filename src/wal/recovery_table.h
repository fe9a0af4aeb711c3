#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// What the place where a segment's records end means: docs/formats/wal.md, "Recovery".
namespace icelight::wal {

enum class Later : std::uint8_t {
    kNone,       ///< No valid record after the bad place.
    kSilent,     ///< Some, and none says that the place was durable.
    kAttesting,  ///< One says that the place was durable.
};

struct TailFacts {
    bool is_header_valid = true;
    bool is_last = true;       ///< Highest segment; else sealed.
    bool is_short = false;     ///< The file ends before segment_bytes.
    bool is_rest_zero = true;  ///< From the bad place on.
    Later later = Later::kNone;
    bool is_below_watermark = false;  ///< The table holds more than the records do.
};

enum class Verdict : std::uint8_t {
    kClean,    ///< Go on after the last record.
    kTorn,     ///< Zero the rest, then go on.
    kDamaged,  ///< Refuse, change nothing.
};

/// One row; an empty cell fits everything.
struct TailRule {
    std::string_view label;
    std::optional<bool> is_header_valid;
    std::optional<bool> is_last;
    std::optional<bool> is_short;
    std::optional<bool> is_rest_zero;
    std::optional<bool> is_attested;
    std::optional<bool> has_silent;
    std::optional<bool> is_below_watermark;
    Verdict verdict;
};

std::span<const TailRule> recovery_table();
bool fits(const TailRule& rule, const TailFacts& facts);

/// The one rule that fits.
const TailRule& find_rule(const TailFacts& facts);

}  // namespace icelight::wal
