#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace icelight::http {
class Request;
}

namespace icelight::server {

/// An IPv4 or IPv6 address. IPv4 is kept as ::ffff:a.b.c.d (RFC 4291,
/// section 2.5.5.2), so that an address has one form whichever way it came.
class IpAddress {
public:
    /// "203.0.113.7", "2001:db8::1", also with a port ("203.0.113.7:1",
    /// "[2001:db8::1]:1"), quotes or a zone; nothing else.
    static std::optional<IpAddress> parse(std::string_view text);

    std::string text() const;
    bool is_v4() const;
    bool is_loopback() const;

    /// With only its first `bits` of 128 kept.
    IpAddress masked(unsigned bits) const;

    /// What tells one client from another: the address itself, or IPv6's /64,
    /// which is one home's.
    IpAddress client() const { return is_v4() ? *this : masked(64); }

    /// Shortened for those who must not keep addresses: IPv4 to its /24, IPv6 to
    /// its /48.
    IpAddress truncated() const { return masked(is_v4() ? 96 + 24 : 48); }

    std::string_view bytes() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

    friend bool operator==(const IpAddress&, const IpAddress&) = default;

private:
    std::array<unsigned char, 16> bytes_{};
};

/// The networks whose word on X-Forwarded-For is believed.
class ProxyList {
public:
    /// Comma-separated CIDR blocks or addresses: "10.0.0.0/8, ::1". @error
    /// kInvalidArgument
    static Result<ProxyList> parse(std::string_view text);

    bool holds(const IpAddress& address) const;

private:
    struct Network {
        IpAddress base;
        unsigned bits = 128;
    };

    std::vector<Network> networks_;
};

inline constexpr std::size_t kProxyNetworksMax = 256;
inline constexpr std::size_t kForwardedHopsMax = 32;  ///< Hops beyond them are not looked at.

/// Who sent the request.
struct ClientAddress {
    std::optional<IpAddress> address;  ///< Empty: not known.
    /// On this machine itself, with no sign that a proxy passed on another's
    /// request.
    bool is_local = false;
};

/// The peer, unless it is one of `proxies`: then the right-most hop of
/// X-Forwarded-For that is none of them. Hops further left are the client's own
/// words and are never believed.
ClientAddress find_client_address(const http::Request& request, const ProxyList& proxies);

}  // namespace icelight::server
