#include "event/timestamps.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace icelight::event {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::size_t kUnixDigitsMin = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_leap_year(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
std::int64_t days_since_epoch(int year, int month, int day) {
    constexpr int kDaysBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    const std::int64_t before = year - 1;
    std::int64_t days = before * 365 + before / 4 - before / 100 + before / 400;
    days += kDaysBefore[month - 1] + (month > 2 && is_leap_year(year) ? 1 : 0) + day - 1;
    constexpr std::int64_t kDaysBefore1970 = 719'162;  // from 0001-01-01
    return days - kDaysBefore1970;
}

/// Reads a text from left to right; the first mismatch makes it not ok for good.
class Scan {
public:
    explicit Scan(std::string_view text) : text_(text) {}

    bool ok() const { return ok_; }

    bool at_end() const { return text_.empty(); }

    char peek() const { return text_.empty() ? '\0' : text_.front(); }

    bool take(char c) {
        if (peek() != c || text_.empty()) return false;
        text_.remove_prefix(1);
        return true;
    }

    int digits(std::size_t count) {
        if (text_.size() < count) return refuse();
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!is_digit(text_[i])) return refuse();
            value = value * 10 + (text_[i] - '0');
        }
        text_.remove_prefix(count);
        return value;
    }

    /// The digits after the point, as microseconds.
    std::int64_t fraction_us() {
        if (!is_digit(peek())) return refuse();
        std::int64_t us = 0;
        std::int64_t unit = kSecondUs / 10;
        for (; is_digit(peek()); text_.remove_prefix(1)) {
            us += unit * (peek() - '0');
            unit /= 10;
        }
        return us;
    }

    int refuse() {
        ok_ = false;
        return 0;
    }

private:
    std::string_view text_;
    bool ok_ = true;
};

/// Seconds since the epoch of a date's midnight.
std::int64_t scan_date(Scan& scan, bool& is_extended) {
    const int year = scan.digits(4);
    is_extended = scan.take('-');
    const int month = scan.digits(2);
    if (is_extended && !scan.take('-')) return scan.refuse();
    const int day = scan.digits(2);
    if (!scan.ok() || year < 1 || month < 1 || month > 12) return scan.refuse();
    if (day < 1 || day > days_in_month(year, month)) return scan.refuse();
    return days_since_epoch(year, month, day) * kDaySeconds;
}

/// Microseconds since midnight.
std::int64_t scan_time(Scan& scan, bool is_extended) {
    const int hour = scan.digits(2);
    if (is_extended && !scan.take(':')) return scan.refuse();
    const int minute = scan.digits(2);
    int second = 0;
    std::int64_t fraction = 0;
    const bool has_seconds = is_extended ? scan.take(':') : is_digit(scan.peek());
    if (has_seconds) {
        second = scan.digits(2);
        if (scan.take('.') || scan.take(',')) fraction = scan.fraction_us();
    }
    const bool is_end_of_day = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    if ((hour > 23 && !is_end_of_day) || minute > 59 || second > 60) return scan.refuse();
    return ((hour * 60 + minute) * 60 + second) * kSecondUs + fraction;
}

/// Seconds east of UTC.
std::int64_t scan_offset(Scan& scan) {
    if (scan.at_end() || scan.take('Z') || scan.take('z')) return 0;
    const bool is_west = scan.peek() == '-';
    if (!scan.take('+') && !scan.take('-')) return scan.refuse();
    const int hours = scan.digits(2);
    int minutes = 0;
    if (scan.take(':') || !scan.at_end()) minutes = scan.digits(2);
    if (hours > 23 || minutes > 59) return scan.refuse();
    const std::int64_t seconds = (hours * 60 + minutes) * 60;
    return is_west ? -seconds : seconds;
}

std::optional<TimestampUs> bounded(TimestampUs us) {
    if (us < kTimestampMin || us > kTimestampMax) return std::nullopt;
    return us;
}

/// "2026-01-01T00:00:00Z", with or without three digits of a second: what nearly every client
/// sends. Nothing for any other form, nor for a time that does not exist: the scan decides.
std::optional<TimestampUs> find_common_form(std::string_view text) {
    constexpr std::size_t kBytes = 20;
    const bool has_millis = text.size() == kBytes + 4;
    if ((text.size() != kBytes && !has_millis) || text[4] != '-' || text[7] != '-' ||
        text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z' ||
        (has_millis && text[19] != '.')) {
        return std::nullopt;
    }
    bool has_other = false;
    const auto digit = [&](std::size_t at) {
        has_other |= !is_digit(text[at]);
        return text[at] - '0';
    };
    const auto pair = [&](std::size_t at) {
        return digit(at) * 10 + digit(at + 1);
    };
    const int year = pair(0) * 100 + pair(2);
    const int month = pair(5);
    const int day = pair(8);
    const int hour = pair(11);
    const int minute = pair(14);
    const int second = pair(17);
    const int millis = has_millis ? pair(20) * 10 + digit(22) : 0;
    if (has_other || year < 1 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    const std::int64_t seconds =
        days_since_epoch(year, month, day) * kDaySeconds + (hour * 60 + minute) * 60 + second;
    return bounded(seconds * kSecondUs + millis * 1'000);
}

}  // namespace

std::optional<TimestampUs> find_timestamp(std::string_view text) {
    if (const auto common = find_common_form(text)) return common;
    text = trim(text);
    if (text.size() >= kUnixDigitsMin &&
        text.find_first_not_of("0123456789") == std::string_view::npos) {
        return find_unix_time(text);
    }
    Scan scan(text);
    bool is_extended = false;
    std::int64_t us = scan_date(scan, is_extended) * kSecondUs;
    if (scan.ok() && !scan.at_end()) {
        if (!scan.take('T') && !scan.take('t') && !scan.take(' ')) return std::nullopt;
        us += scan_time(scan, is_extended);
        scan.take(' ');
        us -= scan_offset(scan) * kSecondUs;
    }
    if (!scan.ok() || !scan.at_end()) return std::nullopt;
    return bounded(us);
}

std::optional<TimestampUs> find_unix_time(std::string_view number) {
    // A double holds any number below 1e17 to within 8; the integers that clients really send are
    // read exactly.
    std::int64_t whole = 0;
    const char* const end = number.data() + number.size();
    const auto integer = std::from_chars(number.data(), end, whole);
    const bool is_integer = integer.ec == std::errc{} && integer.ptr == end;
    double value = static_cast<double>(whole);
    if (!is_integer) {
        const auto real = std::from_chars(number.data(), end, value);
        if (real.ec != std::errc{} || real.ptr != end) return std::nullopt;
    }
    const double magnitude = std::fabs(value);
    if (!(magnitude < 1e17)) return std::nullopt;
    const std::int64_t unit_us = magnitude < 1e11 ? kSecondUs : magnitude < 1e14 ? 1'000 : 1;
    if (is_integer) return bounded(whole * unit_us);
    return bounded(static_cast<TimestampUs>(std::floor(value * static_cast<double>(unit_us))));
}

}  // namespace icelight::event
