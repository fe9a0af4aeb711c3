#include "semantic/civil.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace icelight::semantic {
namespace {

constexpr std::array<std::string_view, 8> kUnitNames{
    "second", "minute", "hour", "day", "week", "month", "quarter", "year"};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

std::int64_t fixed_us(Unit unit) {
    switch (unit) {
        case Unit::kSecond:
            return kUsPerSecond;
        case Unit::kMinute:
            return kUsPerMinute;
        case Unit::kHour:
            return kUsPerHour;
        case Unit::kDay:
            return kUsPerDay;
        default:
            return 7 * kUsPerDay;
    }
}

std::int64_t months_of(Unit unit) {
    if (unit == Unit::kMonth) return 1;
    return unit == Unit::kQuarter ? 3 : 12;
}

}  // namespace

Civil civil_from_us(std::int64_t time_us) {
    const std::int64_t day = floor_div(time_us, kUsPerDay);
    const std::int64_t rest = time_us - day * kUsPerDay;
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<int>(static_cast<unsigned>(date.month())),
            .day = static_cast<int>(static_cast<unsigned>(date.day())),
            .hour = static_cast<int>(rest / kUsPerHour),
            .minute = static_cast<int>(rest / kUsPerMinute % 60),
            .second = static_cast<int>(rest / kUsPerSecond % 60),
            .microsecond = static_cast<int>(rest % kUsPerSecond)};
}

std::int64_t us_from_civil(const Civil& civil) {
    const std::chrono::sys_days date{
        std::chrono::year_month_day{std::chrono::year(civil.year),
                                    std::chrono::month(static_cast<unsigned>(civil.month)),
                                    std::chrono::day(static_cast<unsigned>(civil.day))}};
    return date.time_since_epoch().count() * kUsPerDay + civil.hour * kUsPerHour +
           civil.minute * kUsPerMinute + civil.second * kUsPerSecond + civil.microsecond;
}

std::string_view unit_name(Unit unit) {
    return kUnitNames.at(static_cast<std::size_t>(unit));
}

std::optional<Unit> find_unit(std::string_view name) {
    if (name.size() > 1 && name.back() == 's') name.remove_suffix(1);
    for (std::size_t i = 0; i < kUnitNames.size(); ++i) {
        if (kUnitNames.at(i) == name) return static_cast<Unit>(i);
    }
    return std::nullopt;
}

std::int64_t floor_to(std::int64_t time_us, Unit unit) {
    if (unit <= Unit::kDay) return floor_div(time_us, fixed_us(unit)) * fixed_us(unit);
    if (unit == Unit::kWeek) return floor_to(time_us, Unit::kDay) - weekday(time_us) * kUsPerDay;
    Civil civil = civil_from_us(time_us);
    if (unit == Unit::kQuarter) civil.month = (civil.month - 1) / 3 * 3 + 1;
    if (unit == Unit::kYear) civil.month = 1;
    return us_from_civil({.year = civil.year, .month = civil.month});
}

std::int64_t add_units(std::int64_t time_us, Unit unit, std::int64_t count) {
    if (unit <= Unit::kWeek) return time_us + count * fixed_us(unit);
    Civil civil = civil_from_us(time_us);
    const std::int64_t months =
        static_cast<std::int64_t>(civil.year) * 12 + civil.month - 1 + count * months_of(unit);
    civil.year = static_cast<int>(floor_div(months, 12));
    civil.month = static_cast<int>(months - floor_div(months, 12) * 12) + 1;
    const std::chrono::year_month_day_last last{
        std::chrono::year(civil.year),
        std::chrono::month_day_last(std::chrono::month(static_cast<unsigned>(civil.month)))};
    civil.day = std::min(civil.day, static_cast<int>(static_cast<unsigned>(last.day())));
    return us_from_civil(civil);
}

int weekday(std::int64_t time_us) {
    const std::int64_t day = floor_div(time_us, kUsPerDay);
    return static_cast<int>(day + 3 - floor_div(day + 3, 7) * 7);  // 1970-01-01 was a Thursday
}

std::string iso_ms(std::int64_t time_us) {
    const Civil c = civil_from_us(time_us);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}",
                       c.year,
                       c.month,
                       c.day,
                       c.hour,
                       c.minute,
                       c.second,
                       c.microsecond / kUsPerMs);
}

std::string iso_date(std::int64_t time_us) {
    return iso_ms(time_us).substr(0, 10);
}

}  // namespace icelight::semantic
