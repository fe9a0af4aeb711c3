#include "app/source.h"

#include <array>

#include <fmt/format.h>

namespace icelight::app {
namespace {

constexpr std::array<std::string_view, 4> kPolicies = {"keep", "truncate", "hash", "remove"};

bool is_id_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool has_control_bytes(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
    }
    return false;
}

/// scheme://host[:port] and nothing behind it (RFC 6454, section 6.1).
bool is_origin(std::string_view text) {
    const auto scheme_end = text.find("://");
    if (text.size() > kOriginBytesMax || scheme_end == std::string_view::npos || scheme_end == 0)
        return false;
    const std::string_view host = text.substr(scheme_end + 3);
    return !host.empty() && host.find_first_of("/?#, \\\"*") == std::string_view::npos &&
           !has_control_bytes(text);
}

}  // namespace

std::string_view ip_policy_name(IpPolicy policy) {
    return kPolicies.at(static_cast<std::size_t>(policy));
}

std::optional<IpPolicy> find_ip_policy(std::string_view name) {
    for (std::size_t i = 0; i < kPolicies.size(); ++i) {
        if (kPolicies.at(i) == name) return static_cast<IpPolicy>(i);
    }
    return std::nullopt;
}

Result<std::string> make_id(std::string_view name) {
    std::string id;
    for (char c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (!is_id_byte(c)) c = '-';
        const bool is_needless = c == '-' && (id.empty() || id.back() == '-');
        if (!is_needless && id.size() < kIdBytesMax) id.push_back(c);
    }
    while (id.ends_with('-'))
        id.pop_back();
    if (!id.empty()) return id;
    return fail(ErrorCode::kInvalidArgument,
                "name: give one with letters or digits (a-z, 0-9); the id is made of them");
}

Result<> check_source(const Source& source) {
    auto refuse = [](std::string message) -> Result<> {
        return fail(ErrorCode::kInvalidArgument, std::move(message));
    };
    if (source.name.empty() || source.name.size() > kNameBytesMax || has_control_bytes(source.name))
        return refuse(fmt::format("name: give 1 to {} printable bytes", kNameBytesMax));
    if (source.allowed_origins.size() > kOriginsMax)
        return refuse(fmt::format("allowed_origins: at most {}", kOriginsMax));
    for (const auto& origin : source.allowed_origins) {
        if (!is_origin(origin)) {
            return refuse("allowed_origins: '" + origin +
                          "' is no origin; write it as https://shop.example or "
                          "http://localhost:3000");
        }
    }
    if (source.events_per_second_max < 0 || source.events_per_second_max > kEventsPerSecondMax)
        return refuse(fmt::format("events_per_second_max: 0 to {}", kEventsPerSecondMax));
    return {};
}

}  // namespace icelight::app
