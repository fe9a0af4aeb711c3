#include "semantic/path/duration.h"

#include <array>
#include <charconv>
#include <cstddef>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

constexpr std::int64_t kDurationMaxUs = 200 * 366 * kUsPerDay;

struct Designator {
    char letter;
    bool is_time;  ///< Stands after the T.
    std::int64_t unit_us;
};

/// In the order in which they must come.
constexpr std::array kDesignators{
    Designator{'W', false, 7 * kUsPerDay},
    Designator{'D', false, kUsPerDay},
    Designator{'H', true, kUsPerHour},
    Designator{'M', true, kUsPerMinute},
    Designator{'S', true, kUsPerSecond},
};

/// Takes digits and an optional fraction of up to six.
std::optional<std::int64_t> take_millionths(std::string_view& text) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error != std::errc{} || whole < 0 || whole > kDurationMaxUs / 1'000'000) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::int64_t millionths = whole * 1'000'000;
    if (text.starts_with('.') || text.starts_with(',')) {
        text.remove_prefix(1);
        std::int64_t unit = 100'000;
        if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            if (unit == 0) return std::nullopt;
            millionths += (text.front() - '0') * unit;
            unit /= 10;
            text.remove_prefix(1);
        }
    }
    return millionths;
}

}  // namespace

std::optional<std::int64_t> parse_duration_us(std::string_view text) {
    if (!text.starts_with('P')) return std::nullopt;
    text.remove_prefix(1);
    bool is_time = false;
    std::size_t next = 0;
    std::size_t parts = 0;
    std::int64_t total_us = 0;
    while (!text.empty()) {
        if (text.front() == 'T' && !is_time) {
            is_time = true;
            text.remove_prefix(1);
            if (text.empty()) return std::nullopt;
            continue;
        }
        if (text.front() < '0' || text.front() > '9') return std::nullopt;
        const auto millionths = take_millionths(text);
        if (!millionths || text.empty()) return std::nullopt;
        while (next < kDesignators.size() && (kDesignators[next].letter != text.front() ||
                                              kDesignators[next].is_time != is_time)) {
            ++next;
        }
        if (next == kDesignators.size()) return std::nullopt;
        // Units are whole seconds: a millionth of one is whole microseconds.
        const std::int64_t millionth_us = kDesignators[next].unit_us / kUsPerSecond;
        if (*millionths > kDurationMaxUs / millionth_us) return std::nullopt;
        total_us += *millionths * millionth_us;
        if (total_us > kDurationMaxUs) return std::nullopt;
        ++next;
        ++parts;
        text.remove_prefix(1);
    }
    if (parts == 0) return std::nullopt;
    return total_us;
}

}  // namespace icelight::semantic
