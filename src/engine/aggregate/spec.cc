#include "engine/aggregate/spec.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace icelight::engine {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t micros;
};

constexpr std::array kUnits{
    Unit{"us", 1},
    Unit{"ms", 1'000},
    Unit{"s", 1'000'000},
    Unit{"m", 60'000'000},
    Unit{"h", 3'600'000'000},
    Unit{"d", 86'400'000'000},
    Unit{"w", 604'800'000'000},
};

tl::unexpected<Error> refuse(std::string_view word, std::string_view why) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\": {}", word, why));
}

/// Takes the next word, separated by blanks; empty at the end.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

/// The digits that begin `text`, which loses them.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0 || text.starts_with('-')) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<std::int64_t> parse_window(std::string_view text) {
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    for (const Unit& unit : kUnits) {
        if (unit.name != text) continue;
        if (*value > kNoWindow / unit.micros) return std::nullopt;
        return *value * unit.micros;
    }
    return std::nullopt;
}

Result<> check_length(std::string_view text) {
    if (text.size() <= kSpecBytesMax) return {};
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a specification has at most {} bytes", kSpecBytesMax));
}

}  // namespace

Result<SequenceSpec> parse_sequence_spec(std::string_view text) {
    ICE_TRY(check_length(text));
    SequenceSpec spec;
    spec.within.fill(kNoWindow);
    const auto first = take_word(text);
    auto digits = first;
    const auto steps = take_number(digits);
    if (!steps || !digits.empty() || *steps < 1 || *steps > std::int64_t{kStepsMax}) {
        return refuse(first, fmt::format("must be the number of steps, 1 to {}", kStepsMax));
    }
    spec.steps = static_cast<std::size_t>(*steps);
    for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
        if (word == "first") {
            spec.is_first = true;
            continue;
        }
        const auto equals = word.find('=');
        auto key = word.substr(0, equals);
        const auto window =
            parse_window(equals == std::string_view::npos ? "" : word.substr(equals + 1));
        if (!window)
            return refuse(word, "must be first, total=WINDOW or stepN=WINDOW, as in total=7d");
        if (key == "total") {
            spec.total = *window;
            continue;
        }
        if (!key.starts_with("step")) return refuse(word, "only first, total and stepN are known");
        key.remove_prefix(4);
        const auto step = take_number(key);
        if (!step || !key.empty() || *step < 2 || *step > *steps) {
            return refuse(word, fmt::format("a window ends at step 2 to {}", *steps));
        }
        spec.within[static_cast<std::size_t>(*step - 1)] = *window;
    }
    return spec;
}

Result<PathSpec> parse_path_spec(std::string_view text) {
    ICE_TRY(check_length(text));
    PathSpec spec;
    for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
        const auto equals = word.find('=');
        const auto key = word.substr(0, equals);
        auto digits = equals == std::string_view::npos ? "" : word.substr(equals + 1);
        const auto count = take_number(digits);
        if ((key != "before" && key != "after") || !count || !digits.empty() ||
            *count > std::int64_t{kPathSideMax}) {
            return refuse(word,
                          fmt::format("must be before=N or after=N with N up to {}", kPathSideMax));
        }
        (key == "before" ? spec.before : spec.after) = static_cast<std::uint32_t>(*count);
    }
    return spec;
}

}  // namespace icelight::engine
