#include "event/client_time.h"

#include <algorithm>
#include <array>

#include "base/letter_case.h"
#include "event/timestamps.h"

namespace icelight::event {
namespace {

constexpr TimestampUs kAheadMaxUs = 24LL * 3600 * 1'000'000;

bool contains_ignoring_case(std::string_view text, std::string_view lower_case) {
    for (std::size_t at = 0; at + lower_case.size() <= text.size(); ++at) {
        if (equal_ignoring_case(text.substr(at, lower_case.size()), lower_case)) return true;
    }
    return false;
}

bool is_segment_library(std::string_view name) {
    constexpr std::string_view kScope = "@segment/";
    if (starts_with_ignoring_case(name, kScope)) return true;
    constexpr std::array<std::string_view, 14> kNames{"analytics.js",
                                                      "analytics-node",
                                                      "analytics-python",
                                                      "analytics-go",
                                                      "analytics-java",
                                                      "analytics-ruby",
                                                      "analytics-php",
                                                      "analytics-kotlin",
                                                      "analytics-swift",
                                                      "analytics-ios",
                                                      "analytics-android",
                                                      "analytics-react-native",
                                                      "analytics-csharp",
                                                      "analytics-rust"};
    return std::any_of(kNames.begin(), kNames.end(), [name](std::string_view known) {
        return equal_ignoring_case(name, known);
    });
}

}  // namespace

std::string_view rule_name(Rule rule) {
    switch (rule) {
        case Rule::kRudder:
            return "rudder";
        case Rule::kSegment:
            return "segment";
        case Rule::kPlain:
            break;
    }
    return "plain";
}

Rule find_library_family(std::string_view library_name) {
    if (contains_ignoring_case(library_name, "rudder")) return Rule::kRudder;
    return is_segment_library(library_name) ? Rule::kSegment : Rule::kPlain;
}

Rule LibraryMemo::find_family(std::string_view library_name) {
    if (library_name != last_) {
        last_ = library_name;
        family_ = find_library_family(library_name);
    }
    return family_;
}

Rule find_rule(const Dialect& dialect, Rule library_family) {
    const bool is_rudder = dialect.has_original_timestamp || dialect.has_server_channel ||
                           dialect.path == Path::kBeacon || dialect.path == Path::kPixel ||
                           library_family == Rule::kRudder;
    if (is_rudder) return Rule::kRudder;
    const bool is_segment = dialect.path == Path::kShort || dialect.path == Path::kImport ||
                            library_family == Rule::kSegment;
    return is_segment ? Rule::kSegment : Rule::kPlain;
}

ResolvedTime resolve_time(const ClientTimes& times) {
    ResolvedTime resolved;
    resolved.client_time = times.original_timestamp ? times.original_timestamp : times.timestamp;
    TimestampUs timestamp = times.received_at;
    switch (times.rule) {
        case Rule::kRudder:
            if (times.timestamp) {
                timestamp = *times.timestamp;
            } else if (times.sent_at && times.original_timestamp) {
                timestamp = times.received_at - (*times.sent_at - *times.original_timestamp);
            }
            break;
        case Rule::kSegment:
            if (times.sent_at && resolved.client_time) {
                timestamp = times.received_at - (*times.sent_at - *resolved.client_time);
            } else if (resolved.client_time) {
                timestamp = *resolved.client_time;
            }
            break;
        case Rule::kPlain:
            if (times.timestamp) timestamp = *times.timestamp;
            break;
    }
    resolved.is_clamped = timestamp > times.received_at + kAheadMaxUs || timestamp < kTimestampMin;
    resolved.timestamp = resolved.is_clamped ? times.received_at : timestamp;
    return resolved;
}

}  // namespace icelight::event
