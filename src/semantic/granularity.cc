#include "semantic/granularity.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace icelight::semantic {
namespace {

constexpr std::int64_t kCountMax = 1'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t months_of(std::int64_t local_us) {
    const Civil civil = civil_from_us(local_us);
    return std::int64_t{12} * civil.year + civil.month - 1;
}

std::vector<Granularity> make_calendar() {
    constexpr std::array kUnits{Unit::kSecond,
                                Unit::kMinute,
                                Unit::kHour,
                                Unit::kDay,
                                Unit::kWeek,
                                Unit::kMonth,
                                Unit::kQuarter,
                                Unit::kYear};
    std::vector<Granularity> out;
    out.reserve(kUnits.size());
    for (const Unit unit : kUnits) {
        const std::string name(unit_name(unit));
        out.push_back({.name = name, .title = name, .unit = unit, .count = 1, .origin_us = {}});
    }
    return out;
}

}  // namespace

std::string Granularity::interval() const {
    return fmt::format("{} {}", count, unit_name(unit));
}

std::int64_t Granularity::floor(std::int64_t local_us) const {
    if (!origin_us) return floor_to(local_us, unit);
    if (unit <= Unit::kWeek) {
        const std::int64_t width = add_units(0, unit, count);
        return *origin_us + floor_div(local_us - *origin_us, width) * width;
    }
    const std::int64_t months = months_of(add_units(0, unit, count)) - months_of(0);
    const std::int64_t since = months_of(local_us) - months_of(*origin_us);
    return add_units(*origin_us, Unit::kMonth, floor_div(since, months) * months);
}

std::int64_t Granularity::next(std::int64_t bucket_us) const {
    return add_units(bucket_us, unit, count);
}

const std::vector<Granularity>& calendar_granularities() {
    static const std::vector<Granularity> list = make_calendar();
    return list;
}

std::int64_t default_origin_us(Unit unit) {
    return us_from_civil({.year = 2000, .month = 1, .day = unit <= Unit::kWeek ? 3 : 1});
}

const Granularity* find_granularity(const std::vector<Granularity>& list, std::string_view name) {
    const auto found = std::find_if(
        list.begin(), list.end(), [&](const Granularity& one) { return one.name == name; });
    return found == list.end() ? nullptr : &*found;
}

std::optional<UnitCount> parse_interval(std::string_view text) {
    UnitCount out;
    const auto* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, out.count);
    if (error != std::errc() || out.count < 1 || out.count > kCountMax) return std::nullopt;
    auto rest = text.substr(static_cast<std::size_t>(at - text.data()));
    const auto word = rest.find_first_not_of(' ');
    if (word == 0 || word == std::string_view::npos) return std::nullopt;
    const auto unit = find_unit(rest.substr(word));
    if (!unit) return std::nullopt;
    out.unit = *unit;
    return out;
}

}  // namespace icelight::semantic
