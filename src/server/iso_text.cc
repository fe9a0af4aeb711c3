#include "server/iso_text.h"

#include <array>
#include <ctime>

#include <fmt/format.h>

namespace icelight::server {
namespace {

std::string until_seconds(TimestampUs time_us) {
    const auto seconds = static_cast<std::time_t>(time_us / 1'000'000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return {text.data(), length};
}

}  // namespace

std::string iso_seconds(TimestampUs time_us) {
    return until_seconds(time_us) + "Z";
}

std::string iso_milliseconds(TimestampUs time_us) {
    return fmt::format("{}.{:03}Z", until_seconds(time_us), time_us / 1'000 % 1'000);
}

}  // namespace icelight::server
