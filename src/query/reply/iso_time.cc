#include "query/reply/iso_time.h"

#include <array>
#include <iterator>
#include <limits>

#include <fmt/format.h>

namespace icelight::query {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

std::int64_t units_per_second(engine::Type unit) {
    switch (unit) {
        case engine::Type::kTimestampS:
            return 1;
        case engine::Type::kTimestampMs:
            return 1'000;
        case engine::Type::kTimestampNs:
            return kNanosPerSecond;
        default:
            return 1'000'000;
    }
}

/// Rounds down, also below zero.
std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

void write_digits(std::int64_t value, char* at, int count) {
    for (int i = count - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// Proleptic Gregorian calendar; eras of 400 years that begin on 1 March.
void append_civil_date(std::int64_t days, std::string& out) {
    constexpr std::int64_t kDaysPerEra = 146'097;
    constexpr std::int64_t kDaysTo1970 = 719'468;
    const std::int64_t shifted = days + kDaysTo1970;
    const std::int64_t era = floor_divide(shifted, kDaysPerEra);
    const std::int64_t day_of_era = shifted - era * kDaysPerEra;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    if (year < 0 || year > 9'999) {
        fmt::format_to(std::back_inserter(out),
                       "{}{:04}-{:02}-{:02}",
                       year < 0 ? "-" : "",
                       year < 0 ? -year : year,
                       month,
                       day);
        return;
    }
    // As often as there are times in a reply: the words of a format are not read each time.
    std::array<char, 10> text{0, 0, 0, 0, '-', 0, 0, '-', 0, 0};
    write_digits(year, text.data(), 4);
    write_digits(month, text.data() + 5, 2);
    write_digits(day, text.data() + 8, 2);
    out.append(text.data(), text.size());
}

template <class Number>
bool append_infinity(Number value, std::string& out) {
    if (value == std::numeric_limits<Number>::max()) {
        out += "infinity";
    } else if (value == -std::numeric_limits<Number>::max()) {
        out += "-infinity";
    } else {
        return false;
    }
    return true;
}

}  // namespace

void append_iso_date(std::int32_t days, std::string& out) {
    if (!append_infinity(days, out)) append_civil_date(days, out);
}

void append_iso_timestamp(std::int64_t value, engine::Type unit, std::string& out) {
    if (append_infinity(value, out)) return;
    const std::int64_t per_second = units_per_second(unit);
    const std::int64_t seconds = floor_divide(value, per_second);
    const std::int64_t nanos = (value - seconds * per_second) * (kNanosPerSecond / per_second);
    const std::int64_t days = floor_divide(seconds, kSecondsPerDay);
    const std::int64_t second_of_day = seconds - days * kSecondsPerDay;
    append_civil_date(days, out);
    constexpr std::size_t kFractionAt = 10;
    std::array<char, kFractionAt + 9> text{'T', 0, 0, ':', 0, 0, ':', 0, 0, '.'};
    write_digits(second_of_day / 3'600, text.data() + 1, 2);
    write_digits(second_of_day / 60 % 60, text.data() + 4, 2);
    write_digits(second_of_day % 60, text.data() + 7, 2);
    const int digits = nanos % 1'000'000 == 0 ? 3 : nanos % 1'000 == 0 ? 6 : 9;
    const std::int64_t unit_nanos = digits == 3 ? 1'000'000 : digits == 6 ? 1'000 : 1;
    write_digits(nanos / unit_nanos, text.data() + kFractionAt, digits);
    out.append(text.data(), kFractionAt + static_cast<std::size_t>(digits));
    if (unit == engine::Type::kTimestampTz) out += 'Z';
}

}  // namespace icelight::query
