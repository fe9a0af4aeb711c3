#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// What a worker asks of the relay, a proxy for HTTP: a tunnel (RFC 9110 section 9.3.6) or one
/// request in absolute form (RFC 9112 section 3.2.2). Pure.
namespace icelight::query {

inline constexpr std::size_t kRelayHeadBytesMax = 16u << 10;
inline constexpr std::uint64_t kRelayBodyBytesMax = 1u << 20;  ///< Of a request.
inline constexpr std::string_view kRelayUser = "icelight";

/// A host, lower case without a dot at its end, and a port.
struct RelayTarget {
    std::string host;
    std::uint16_t port = 0;

    std::string text() const;

    auto operator<=>(const RelayTarget&) const = default;
};

/// Reads "host:port", or "host" when there is a default; an IPv6 address stands in brackets. Empty:
/// it is none.
std::optional<RelayTarget> find_target(std::string_view authority,
                                       std::optional<std::uint16_t> default_port = std::nullopt);

struct RelayRules {
    std::string password;  ///< With kRelayUser, in Proxy-Authorization.
    std::vector<RelayTarget> targets;
};

struct RelayRequest {
    RelayTarget target;
    bool is_tunnel = false;
    // Of a request that is no tunnel.
    std::string head;              ///< To be sent on: for one request, then the connection ends.
    std::uint64_t body_bytes = 0;  ///< That follow the head.
};

/// Reads a request's head, up to and with its empty line, and holds it against the rules.
///
/// @error kUnauthenticated  another password. kForbidden: a host or a method that is not served.
///   kInvalidArgument: not such a request. The message fits a status line.
Result<RelayRequest> parse_relay_request(std::string_view head, const RelayRules& rules);

/// A response's head that says the connection ends with it.
std::string end_connection(std::string_view head);

/// The status of a response's head; 0: it has none.
int find_status(std::string_view head);

}  // namespace icelight::query
