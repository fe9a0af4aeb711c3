#include "semantic/date_range.h"

#include <algorithm>
#include <cctype>

#include "semantic/civil.h"
#include "semantic/dates/absolute_date.h"
#include "semantic/dates/relative_date.h"

namespace icelight::semantic {
namespace {

/// Lower case, outer blanks gone, inner ones single.
std::string normalize(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (std::isspace(u) != 0) {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            out += static_cast<char>(std::tolower(u));
        }
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

DateRange range_of_dates(const AbsoluteDate& first,
                         const AbsoluteDate& last,
                         const DateContext& context) {
    const Zone& zone = *context.zone;
    DateRange range;
    if (first.is_instant) {
        range.start_us = first.time_us;
        range.start_local_us = zone.to_local(first.time_us);
    } else {
        range.start_us = zone.to_instant(first.time_us, Zone::Repeated::kEarlier).time_us;
        range.start_local_us = first.time_us;
    }
    const std::int64_t step = last.has_micros ? 1 : kUsPerMs;
    if (last.is_instant) {
        range.end_us = last.time_us + step;
        range.last_local_us = zone.to_local(last.time_us);
        return range;
    }
    range.last_local_us = last.has_time ? last.time_us : last.time_us + kUsPerDay - kUsPerMs;
    const auto instant = zone.to_instant(range.last_local_us, Zone::Repeated::kLater);
    range.end_us = instant.was_skipped ? instant.time_us : instant.time_us + step;
    return range;
}

}  // namespace

std::optional<DateRange> parse_date_range(std::string_view text, const DateContext& context) {
    if (text.size() > 100) return std::nullopt;
    if (const auto date = parse_absolute_date(text)) return range_of_dates(*date, *date, context);
    return parse_relative_range(normalize(text), context);
}

std::optional<DateRange> parse_date_pair(std::string_view start,
                                         std::string_view end,
                                         const DateContext& context) {
    const auto first = parse_absolute_date(start);
    const auto last = parse_absolute_date(end);
    if (!first || !last) return std::nullopt;
    const auto range = range_of_dates(*first, *last, context);
    if (range.end_us < range.start_us) return std::nullopt;
    return range;
}

DateRange range_of_local(std::int64_t start_local_us,
                         std::int64_t last_local_us,
                         const Zone& zone) {
    const auto end = zone.to_instant(last_local_us, Zone::Repeated::kLater);
    return {.start_us = zone.to_instant(start_local_us, Zone::Repeated::kEarlier).time_us,
            .end_us = end.was_skipped ? end.time_us : end.time_us + kUsPerMs,
            .start_local_us = start_local_us,
            .last_local_us = last_local_us};
}

std::string range_start_text(const DateRange& range) {
    return iso_ms(range.start_local_us);
}

std::string range_end_text(const DateRange& range) {
    return iso_ms(range.last_local_us);
}

}  // namespace icelight::semantic
