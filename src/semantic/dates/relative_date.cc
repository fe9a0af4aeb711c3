#include "semantic/dates/relative_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "semantic/civil.h"
#include "semantic/dates/absolute_date.h"

namespace icelight::semantic {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::int64_t kCountMax = 10'000;
constexpr std::array<std::string_view, 7> kWeekdays{
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> kMonths{"january",
                                                   "february",
                                                   "march",
                                                   "april",
                                                   "may",
                                                   "june",
                                                   "july",
                                                   "august",
                                                   "september",
                                                   "october",
                                                   "november",
                                                   "december"};

Words split(std::string_view text) {
    Words words;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

std::optional<std::int64_t> parse_count(std::string_view word) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count);
    if (error != std::errc() || end != word.data() + word.size() || count < 1 || count > kCountMax)
        return std::nullopt;
    return count;
}

template <std::size_t N>
std::optional<int> index_in(const std::array<std::string_view, N>& names, std::string_view word) {
    const auto* found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return std::nullopt;
    return static_cast<int>(found - names.begin());
}

/// One question with its now.
class Relative {
public:
    explicit Relative(const DateContext& context)
        : context_(context),
          zone_(*context.zone),
          now_local_(zone_.to_local(context.now_us)),
          today_(floor_to(now_local_, Unit::kDay)) {}

    std::optional<DateRange> resolve(std::string_view text) const;

private:
    bool is_cube() const { return context_.grammar == DateGrammar::kCube; }

    DateRange days(std::int64_t first_local, std::int64_t after_local) const {
        return range_of_local(first_local, after_local - kUsPerMs, zone_);
    }

    DateRange instants(std::int64_t start_us, std::int64_t end_us) const {
        return {.start_us = start_us,
                .end_us = end_us,
                .start_local_us = zone_.to_local(start_us),
                .last_local_us = zone_.to_local(end_us - kUsPerMs)};
    }

    /// Start of the wall hour, minute or second that holds an instant.
    std::int64_t floor_instant(std::int64_t time_us, Unit unit) const {
        const std::int64_t offset = zone_.to_local(time_us) - time_us;
        return floor_to(time_us + offset, unit) - offset;
    }

    /// `count` whole units, the first `from` units away from the current one.
    DateRange whole(Unit unit, std::int64_t from, std::int64_t count) const;
    DateRange last_including_current(Unit unit, std::int64_t count) const;
    std::optional<DateRange> span(const Words& words) const;
    std::optional<DateRange> from_to(std::string_view text) const;
    std::optional<DateRange> named_month(const Words& words) const;
    /// A point in "from X to Y".
    std::optional<std::int64_t> point(std::string_view text) const;

    const DateContext& context_;
    const Zone& zone_;
    const std::int64_t now_local_;
    const std::int64_t today_;
};

DateRange Relative::whole(Unit unit, std::int64_t from, std::int64_t count) const {
    if (unit < Unit::kDay) {
        const std::int64_t start = add_units(floor_instant(context_.now_us, unit), unit, from);
        return instants(start, add_units(start, unit, count));
    }
    const std::int64_t current = floor_to(now_local_, unit);
    return days(add_units(current, unit, from), add_units(current, unit, from + count));
}

DateRange Relative::last_including_current(Unit unit, std::int64_t count) const {
    if (unit < Unit::kDay)
        return instants(add_units(context_.now_us, unit, -count), context_.now_us + kUsPerMs);
    const std::int64_t tomorrow = today_ + kUsPerDay;
    if (unit == Unit::kDay || unit == Unit::kWeek)
        return days(add_units(tomorrow, unit, -count), tomorrow);
    // Years go back the whole of them and have the current one beside.
    const std::int64_t back = unit == Unit::kYear ? count : count - 1;
    return days(add_units(floor_to(now_local_, unit), unit, -back), tomorrow);
}

/// "this month", "last month", "last 3 months", "next 2 weeks".
std::optional<DateRange> Relative::span(const Words& words) const {
    if (words.size() < 2 || words.size() > 3) return std::nullopt;
    const auto unit = find_unit(words.back());
    const auto which = words.front();
    if (!unit) return std::nullopt;
    if (words.size() == 2) {
        if (which == "this") return whole(*unit, 0, 1);
        if (which == "next") return whole(*unit, 1, 1);
        if (which != "last") return std::nullopt;
        if (!is_cube() && *unit <= Unit::kDay) return last_including_current(*unit, 1);
        return whole(*unit, -1, 1);
    }
    const auto count = parse_count(words[1]);
    if (!count) return std::nullopt;
    if (which == "next") return whole(*unit, 1, *count);
    if (which != "last") return std::nullopt;
    return is_cube() ? whole(*unit, -*count, *count) : last_including_current(*unit, *count);
}

std::optional<std::int64_t> Relative::point(std::string_view text) const {
    if (text == "now") return now_local_;
    if (text == "today") return today_;
    if (text == "yesterday") return today_ - kUsPerDay;
    if (text == "tomorrow") return today_ + kUsPerDay;
    const auto words = split(text);
    if (words.size() == 3 && words[2] == "ago") {
        const auto count = parse_count(words[0]);
        const auto unit = find_unit(words[1]);
        if (!count || !unit) return std::nullopt;
        if (*unit < Unit::kDay) return zone_.to_local(add_units(context_.now_us, *unit, -*count));
        return add_units(now_local_, *unit, -*count);
    }
    if (words.size() == 2 && words[0] == "last") {
        const auto day = index_in(kWeekdays, words[1]);
        if (!day) return std::nullopt;
        const int back = (weekday(today_) - *day + 7) % 7;
        return today_ - (back == 0 ? 7 : back) * kUsPerDay;
    }
    const auto date = parse_absolute_date(text);
    if (!date) return std::nullopt;
    return date->is_instant ? zone_.to_local(date->time_us) : date->time_us;
}

/// Both ends are widened to the smallest of second, minute and hour that the text names, else days.
std::optional<DateRange> Relative::from_to(std::string_view text) const {
    constexpr std::string_view kFrom = "from ";
    constexpr std::string_view kTo = " to ";
    const auto middle = text.find(kTo);
    if (text.substr(0, kFrom.size()) != kFrom || middle == std::string_view::npos ||
        middle < kFrom.size())
        return std::nullopt;
    const auto start = point(text.substr(kFrom.size(), middle - kFrom.size()));
    const auto end = point(text.substr(middle + kTo.size()));
    if (!start || !end || *end < *start) return std::nullopt;
    Unit unit = Unit::kDay;
    for (const Unit smaller : {Unit::kHour, Unit::kMinute, Unit::kSecond}) {
        if (text.find(unit_name(smaller)) != std::string_view::npos) unit = smaller;
    }
    const std::int64_t last = floor_to(*end, unit);
    return days(floor_to(*start, unit), add_units(last, unit, 1));
}

/// "january 2024": one client takes its first day only.
std::optional<DateRange> Relative::named_month(const Words& words) const {
    if (words.size() != 2) return std::nullopt;
    const auto month = index_in(kMonths, words[0]);
    const auto year = parse_count(words[1]);
    if (!month || !year || words[1].size() != 4) return std::nullopt;
    const std::int64_t first =
        us_from_civil({.year = static_cast<int>(*year), .month = *month + 1});
    return days(first, is_cube() ? first + kUsPerDay : add_units(first, Unit::kMonth, 1));
}

std::optional<DateRange> Relative::resolve(std::string_view text) const {
    if (text == "today" || text == "now") return days(today_, today_ + kUsPerDay);
    if (text == "yesterday") return days(today_ - kUsPerDay, today_);
    if (text == "tomorrow") return days(today_ + kUsPerDay, today_ + 2 * kUsPerDay);
    const auto words = split(text);
    if (auto range = span(words)) return range;
    if (auto range = from_to(text)) return range;
    return named_month(words);
}

/// Dates outside have no text form that the engine reads.
bool is_in_calendar(const DateRange& range) {
    const std::int64_t first = us_from_civil({.year = 1});
    const std::int64_t after = us_from_civil({.year = 9999});
    return range.start_us >= first && range.end_us < after;
}

}  // namespace

std::optional<DateRange> parse_relative_range(std::string_view text, const DateContext& context) {
    const auto range = Relative(context).resolve(text);
    if (!range || !is_in_calendar(*range)) return std::nullopt;
    return range;
}

}  // namespace icelight::semantic
