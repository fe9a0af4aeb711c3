#include "server/client_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "http/request.h"

namespace icelight::server {
namespace {

constexpr std::array<unsigned char, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kV4PrefixBits = 96;
constexpr std::size_t kAddressBytesMax = 64;

std::string_view trim(std::string_view text) {
    const auto is_blank = [](char c) {
        return c == ' ' || c == '\t' || c == '"';
    };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// "[::1]:80" -> "::1", "10.0.0.1:80" -> "10.0.0.1", "fe80::1%eth0" ->
/// "fe80::1".
std::string_view without_port_and_zone(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        return end == std::string_view::npos ? std::string_view{} : text.substr(1, end - 1);
    }
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && text.find('.') < colon) text = text.substr(0, colon);
    return text.substr(0, text.find('%'));
}

std::optional<unsigned> find_bits(std::string_view digits, unsigned max) {
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() ||
        bits > max) {
        return std::nullopt;
    }
    return bits;
}

/// The hops of every X-Forwarded-For header, right-most first.
class Hops {
public:
    explicit Hops(const http::Request& request) : lines_(request.all_headers("x-forwarded-for")) {
        if (!lines_.empty()) rest_ = lines_.back();
    }

    std::optional<std::string_view> next() {
        if (lines_.empty() || ++taken_ > kForwardedHopsMax) return std::nullopt;
        const auto comma = rest_.rfind(',');
        const std::string_view hop =
            comma == std::string_view::npos ? rest_ : rest_.substr(comma + 1);
        if (comma != std::string_view::npos) {
            rest_ = rest_.substr(0, comma);
        } else {
            lines_.pop_back();
            if (!lines_.empty()) rest_ = lines_.back();
        }
        return hop;
    }

private:
    std::vector<std::string_view> lines_;
    std::string_view rest_;
    std::size_t taken_ = 0;
};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string_view plain = without_port_and_zone(trim(text));
    if (plain.empty() || plain.size() >= kAddressBytesMax) return std::nullopt;
    const std::string ended(plain);
    IpAddress address;
    if (::inet_pton(AF_INET6, ended.c_str(), address.bytes_.data()) == 1) return address;
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes_.begin());
    if (::inet_pton(AF_INET, ended.c_str(), address.bytes_.data() + kV4Prefix.size()) == 1)
        return address;
    return std::nullopt;
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    const bool is_short = is_v4();
    const void* from = bytes_.data() + (is_short ? kV4Prefix.size() : 0);
    ::inet_ntop(is_short ? AF_INET : AF_INET6, from, out.data(), out.size());
    return out.data();
}

bool IpAddress::is_v4() const {
    return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

bool IpAddress::is_loopback() const {
    if (is_v4()) return bytes_[kV4Prefix.size()] == 127;
    return bytes_.back() == 1 &&
           std::all_of(bytes_.begin(), bytes_.end() - 1, [](unsigned char b) { return b == 0; });
}

IpAddress IpAddress::masked(unsigned bits) const {
    IpAddress out = *this;
    for (unsigned i = 0; i < out.bytes_.size(); ++i) {
        const unsigned kept = bits > i * 8 ? std::min(8U, bits - i * 8) : 0;
        out.bytes_.at(i) &= static_cast<unsigned char>(0xff00U >> kept);
    }
    return out;
}

Result<ProxyList> ProxyList::parse(std::string_view text) {
    ProxyList list;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const std::string_view one = trim(text.substr(0, comma));
        text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
        if (one.empty()) continue;
        const auto slash = one.find('/');
        const auto base = IpAddress::parse(one.substr(0, slash));
        const unsigned offset = base && base->is_v4() ? kV4PrefixBits : 0;
        std::optional<unsigned> bits = 128 - offset;
        if (slash != std::string_view::npos) bits = find_bits(one.substr(slash + 1), *bits);
        if (!base || !bits || list.networks_.size() == kProxyNetworksMax) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("ingest.trusted-proxies: '{}': give at most {} blocks like "
                                    "10.0.0.0/8 or fd00::/8, or addresses",
                                    one,
                                    kProxyNetworksMax));
        }
        list.networks_.push_back({base->masked(*bits + offset), *bits + offset});
    }
    return list;
}

bool ProxyList::holds(const IpAddress& address) const {
    return std::ranges::any_of(networks_, [&address](const Network& network) {
        return address.masked(network.bits) == network.base;
    });
}

ClientAddress find_client_address(const http::Request& request, const ProxyList& proxies) {
    ClientAddress client{.address = IpAddress::parse(request.remote_address)};
    const bool is_passed_on = request.find_header("x-forwarded-for").has_value() ||
                              request.find_header("forwarded").has_value();
    if (client.address && proxies.holds(*client.address)) {
        Hops hops(request);
        while (true) {
            const auto hop = hops.next();
            if (!hop) break;
            const auto address = IpAddress::parse(*hop);
            if (!address) break;
            client.address = address;
            if (!proxies.holds(*address)) break;
        }
    } else if (client.address && client.address->is_loopback() && !is_passed_on) {
        client.is_local = true;
    }
    return client;
}

}  // namespace icelight::server
