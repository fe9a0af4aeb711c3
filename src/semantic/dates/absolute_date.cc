#include "semantic/dates/absolute_date.h"

#include <cctype>
#include <chrono>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool is_at_end() const { return at_ == text_.size(); }

    bool skip(char c) {
        if (is_at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    /// Exactly `digits` of them. @return -1 when they are not there.
    int number(std::size_t digits) {
        if (at_ + digits > text_.size()) return -1;
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const char c = text_[at_ + i];
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        at_ += digits;
        return value;
    }

    /// Up to nine digits as microseconds, the rest cut. @return -1 when there is none.
    int fraction(std::size_t& digits) {
        int value = 0;
        digits = 0;
        while (!is_at_end() && text_[at_] >= '0' && text_[at_] <= '9' && digits < 9) {
            if (digits < 6) value = value * 10 + (text_[at_] - '0');
            ++digits;
            ++at_;
        }
        if (digits == 0) return -1;
        for (std::size_t i = digits; i < 6; ++i)
            value *= 10;
        return value;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

bool scan_day(Scanner& scan, Civil& civil) {
    civil.year = scan.number(4);
    if (civil.year < 1 || !scan.skip('-')) return false;
    civil.month = scan.number(2);
    if (!scan.skip('-')) return false;
    civil.day = scan.number(2);
    if (civil.month < 1 || civil.day < 1) return false;
    return std::chrono::year_month_day{std::chrono::year(civil.year),
                                       std::chrono::month(static_cast<unsigned>(civil.month)),
                                       std::chrono::day(static_cast<unsigned>(civil.day))}
        .ok();
}

bool scan_time(Scanner& scan, Civil& civil, AbsoluteDate& date) {
    civil.hour = scan.number(2);
    if (!scan.skip(':')) return false;
    civil.minute = scan.number(2);
    if (civil.hour < 0 || civil.hour > 23 || civil.minute < 0 || civil.minute > 59) return false;
    if (!scan.skip(':')) return true;
    civil.second = scan.number(2);
    if (civil.second < 0 || civil.second > 59) return false;
    if (!scan.skip('.')) return true;
    std::size_t digits = 0;
    civil.microsecond = scan.fraction(digits);
    date.has_micros = digits > 3;
    return civil.microsecond >= 0;
}

/// Nothing, Z, +hh:mm or +hhmm.
bool scan_offset(Scanner& scan, AbsoluteDate& date) {
    if (scan.is_at_end()) return true;
    date.is_instant = true;
    if (scan.skip('Z') || scan.skip('z')) return true;
    const bool is_plus = scan.skip('+');
    if (!is_plus && !scan.skip('-')) return false;
    const int hours = scan.number(2);
    scan.skip(':');
    const int minutes = scan.number(2);
    if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return false;
    const std::int64_t offset = hours * kUsPerHour + minutes * kUsPerMinute;
    date.time_us += is_plus ? -offset : offset;
    return true;
}

}  // namespace

std::optional<AbsoluteDate> parse_absolute_date(std::string_view text) {
    Scanner scan(text);
    Civil civil;
    AbsoluteDate date;
    if (!scan_day(scan, civil)) return std::nullopt;
    if (scan.is_at_end()) {
        date.time_us = us_from_civil(civil);
        return date;
    }
    date.has_time = true;
    if (!scan.skip('T') && !scan.skip('t') && !scan.skip(' ')) return std::nullopt;
    if (!scan_time(scan, civil, date)) return std::nullopt;
    date.time_us = us_from_civil(civil);
    if (!scan_offset(scan, date) || !scan.is_at_end()) return std::nullopt;
    return date;
}

}  // namespace icelight::semantic
