#include "semantic/zone.h"

#include <absl/time/civil_time.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

constexpr std::size_t kNameBytesMax = 64;
/// Names that the loader would take and the engine does not know, or that are no zone's name.
constexpr std::array<std::string_view, 5> kForeign{
    "posix/", "right/", "Fixed/", "localtime", "posixrules"};

/// The loader opens a file of that name: nothing that leads elsewhere gets through.
bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > kNameBytesMax) return false;
    if (std::isalpha(static_cast<unsigned char>(name.front())) == 0) return false;
    return std::all_of(name.begin(),
                       name.end(),
                       [](unsigned char c) {
                           return std::isalnum(c) != 0 || c == '_' || c == '/' || c == '+' ||
                                  c == '-';
                       }) &&
           std::none_of(kForeign.begin(), kForeign.end(), [&](std::string_view prefix) {
               return name.substr(0, prefix.size()) == prefix;
           });
}

absl::CivilSecond civil_second(std::int64_t local_us) {
    const Civil c = civil_from_us(local_us);
    return absl::CivilSecond(c.year, c.month, c.day, c.hour, c.minute, c.second);
}

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
    if (name == "UTC") return utc();
    if (!is_zone_name(name)) return std::nullopt;
    absl::TimeZone zone;
    std::string text(name);
    if (!absl::LoadTimeZone(text, &zone)) return std::nullopt;
    return Zone(std::move(text), zone);
}

Zone Zone::utc() {
    return {"UTC", absl::UTCTimeZone()};
}

std::int64_t Zone::to_local(std::int64_t time_us) const {
    if (is_utc()) return time_us;
    return time_us + zone_.At(absl::FromUnixMicros(time_us)).offset * kUsPerSecond;
}

Zone::Instant Zone::to_instant(std::int64_t local_us, Repeated repeated) const {
    if (is_utc()) return {local_us, false};
    const auto info = zone_.At(civil_second(local_us));
    const std::int64_t below_second = civil_from_us(local_us).microsecond;
    switch (info.kind) {
        case absl::TimeZone::TimeInfo::SKIPPED:
            return {absl::ToUnixMicros(info.trans), true};
        case absl::TimeZone::TimeInfo::REPEATED:
            if (repeated == Repeated::kLater)
                return {absl::ToUnixMicros(info.post) + below_second, false};
            break;
        default:
            break;
    }
    return {absl::ToUnixMicros(info.pre) + below_second, false};
}

}  // namespace icelight::semantic
