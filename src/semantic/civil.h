#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Calendar arithmetic on microseconds since 1970-01-01T00:00, proleptic Gregorian, without zones.
namespace icelight::semantic {

inline constexpr std::int64_t kUsPerMs = 1'000;
inline constexpr std::int64_t kUsPerSecond = 1'000'000;
inline constexpr std::int64_t kUsPerMinute = 60 * kUsPerSecond;
inline constexpr std::int64_t kUsPerHour = 60 * kUsPerMinute;
inline constexpr std::int64_t kUsPerDay = 24 * kUsPerHour;

struct Civil {
    int year = 1970;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int microsecond = 0;
};

Civil civil_from_us(std::int64_t time_us);
std::int64_t us_from_civil(const Civil& civil);

enum class Unit : std::uint8_t { kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear };

/// "second" ... "year".
std::string_view unit_name(Unit unit);
/// Singular or plural, lower case.
std::optional<Unit> find_unit(std::string_view name);

/// The start of the unit that holds the time. Weeks start on Monday.
std::int64_t floor_to(std::int64_t time_us, Unit unit);
/// Months, quarters and years keep the day where it exists, else end of month.
std::int64_t add_units(std::int64_t time_us, Unit unit, std::int64_t count);

/// Monday 0 ... Sunday 6.
int weekday(std::int64_t time_us);

/// "2024-01-31T23:59:59.999": milliseconds, cut.
std::string iso_ms(std::int64_t time_us);

/// "2024-01-31"
std::string iso_date(std::int64_t time_us);

}  // namespace icelight::semantic
