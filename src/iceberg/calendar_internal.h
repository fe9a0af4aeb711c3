#pragma once

#include <cstdint>

/// The proleptic Gregorian calendar over the whole range of Iceberg's dates, which is wider than
/// that of std::chrono::year.
namespace icelight::iceberg {

struct CivilDate {
    std::int64_t year = 1970;
    std::int32_t month = 1;  ///< 1..12
    std::int32_t day = 1;    ///< 1..31
};

/// Quotient rounded towards minus infinity; `divisor` > 0.
inline std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// Remainder in [0, divisor).
inline std::int64_t floor_remainder(std::int64_t value, std::int64_t divisor) {
    const auto remainder = value % divisor;
    return remainder < 0 ? remainder + divisor : remainder;
}

/// Days since 1970-01-01 to a date: years counted from March, so that the leap day is a year's
/// last and months have a closed form.
inline CivilDate civil_date(std::int64_t days_since_epoch) {
    constexpr std::int64_t kDaysFromMarchOfYearZero = 719'468;
    constexpr std::int64_t kDaysPerEra = 146'097;  // 400 years
    const auto days = days_since_epoch + kDaysFromMarchOfYearZero;
    const auto era = floor_divide(days, kDaysPerEra);
    const auto day_of_era = floor_remainder(days, kDaysPerEra);
    const auto year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const auto day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const auto month_from_march = (5 * day_of_year + 2) / 153;
    CivilDate date;
    date.day = static_cast<std::int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    date.month = static_cast<std::int32_t>(month_from_march < 10 ? month_from_march + 3
                                                                 : month_from_march - 9);
    date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

}  // namespace icelight::iceberg
