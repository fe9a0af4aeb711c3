#include "query/relay/relay_request.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

#include "base/base64.h"
#include "base/hash.h"
#include "base/letter_case.h"

namespace icelight::query {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kHostBytesMax = 253;
constexpr std::uint16_t kHttpPort = 80;
constexpr std::string_view kScheme = "http://";
/// Of one connection, or between the worker and the relay.
constexpr std::string_view kFieldsOfOneHop[] = {"connection",
                                                "host",
                                                "keep-alive",
                                                "proxy-authenticate",
                                                "proxy-authorization",
                                                "proxy-connection",
                                                "te",
                                                "trailer",
                                                "upgrade"};

bool is_of_one_hop(std::string_view name) {
    const auto lower = lower_case(name);
    return std::find(std::begin(kFieldsOfOneHop), std::end(kFieldsOfOneHop), lower) !=
           std::end(kFieldsOfOneHop);
}

bool has_password(std::string_view field, const std::string& password) {
    constexpr std::string_view kBasic = "Basic ";
    if (!field.starts_with(kBasic)) return false;
    const auto given = decode_base64(field.substr(kBasic.size()));
    return given && equal_constant_time(*given, fmt::format("{}:{}", kRelayUser, password));
}

Result<RelayTarget> check_target(const std::optional<RelayTarget>& target,
                                 const RelayRules& rules) {
    if (!target) return fail(ErrorCode::kInvalidArgument, "no host and port");
    if (std::find(rules.targets.begin(), rules.targets.end(), *target) == rules.targets.end()) {
        return fail(ErrorCode::kForbidden,
                    fmt::format("{} is not a host of an external catalog", target->text()));
    }
    return *target;
}

using Head = http::request<http::empty_body>;

Result<RelayRequest> make_request(const Head& head,
                                  std::uint64_t body_bytes,
                                  const RelayRules& rules) {
    const std::string_view url(head.target().data(), head.target().size());
    if (!url.starts_with(kScheme)) {
        return fail(ErrorCode::kInvalidArgument, "only CONNECT and http:// are served");
    }
    const auto end = std::min(url.find_first_of("/?#", kScheme.size()), url.size());
    const auto authority = url.substr(kScheme.size(), end - kScheme.size());
    RelayRequest request;
    ICE_ASSIGN(request.target, check_target(find_target(authority, kHttpPort), rules));
    const auto method = head.method();
    // Nothing that the workers do changes a lake; POST asks for a token.
    if (method != http::verb::get && method != http::verb::head && method != http::verb::post) {
        return fail(ErrorCode::kForbidden, "only GET, HEAD and POST are served");
    }
    const auto path = url.substr(end);
    request.head = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n",
                               std::string_view(head.method_string()),
                               path.starts_with('/') ? "" : "/",
                               path,
                               authority);
    for (const auto& field : head) {
        const std::string_view name(field.name_string());
        if (is_of_one_hop(name)) continue;
        fmt::format_to(
            std::back_inserter(request.head), "{}: {}\r\n", name, std::string_view(field.value()));
    }
    request.head += "Connection: close\r\n\r\n";
    request.body_bytes = body_bytes;
    return request;
}

}  // namespace

std::string RelayTarget::text() const {
    const bool is_v6 = host.find(':') != std::string::npos;
    return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::optional<RelayTarget> find_target(std::string_view authority,
                                       std::optional<std::uint16_t> default_port) {
    RelayTarget target;
    std::string_view host = authority;
    std::string_view port;
    const bool is_v6 = authority.starts_with('[');
    const auto host_end = is_v6 ? authority.find(']') : authority.find(':');
    if (is_v6) {
        if (host_end == std::string_view::npos) return std::nullopt;
        host = authority.substr(1, host_end - 1);
        port = authority.substr(host_end + 1);
    } else if (host_end != std::string_view::npos) {
        host = authority.substr(0, host_end);
        port = authority.substr(host_end);
    }
    target.host = lower_case(host);
    if (target.host.ends_with('.')) target.host.pop_back();
    const char* const allowed =
        is_v6 ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789-._";
    if (target.host.empty() || target.host.size() > kHostBytesMax ||
        target.host.find_first_not_of(allowed) != std::string::npos) {
        return std::nullopt;
    }
    if (port.empty()) {
        if (!default_port) return std::nullopt;
        target.port = *default_port;
        return target;
    }
    const auto* const end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data() + 1, end, target.port);
    if (port.front() != ':' || error != std::errc() || stop != end || target.port == 0) {
        return std::nullopt;
    }
    return target;
}

Result<RelayRequest> parse_relay_request(std::string_view head, const RelayRules& rules) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kRelayHeadBytesMax);
    parser.body_limit(kRelayBodyBytesMax);
    boost::system::error_code error;
    const auto used = parser.put(boost::asio::buffer(head), error);
    if (error || used != head.size() || !parser.is_header_done()) {
        return fail(ErrorCode::kInvalidArgument, "not a request");
    }
    if (parser.chunked()) {
        return fail(ErrorCode::kInvalidArgument, "a body needs a Content-Length");
    }
    const Head& message = parser.get();
    const std::string_view secret(message[http::field::proxy_authorization]);
    if (!has_password(secret, rules.password)) {
        return fail(ErrorCode::kUnauthenticated, "another password");
    }
    if (message.method() != http::verb::connect) {
        return make_request(message, parser.content_length().value_or(0), rules);
    }
    RelayRequest request;
    request.is_tunnel = true;
    const std::string_view authority(message.target().data(), message.target().size());
    ICE_ASSIGN(request.target, check_target(find_target(authority), rules));
    return request;
}

std::string end_connection(std::string_view head) {
    std::string out;
    std::size_t begin = 0;
    while (begin < head.size()) {
        const auto end = std::min(head.find("\r\n", begin), head.size());
        const auto line = head.substr(begin, end - begin);
        if (line.empty()) break;
        const auto name = lower_case(line.substr(0, line.find(':')));
        if (name != "connection" && name != "keep-alive" && name != "proxy-connection") {
            out += line;
            out += "\r\n";
        }
        begin = end + 2;
    }
    return out + "Connection: close\r\n\r\n";
}

int find_status(std::string_view head) {
    // HTTP/1.1 200
    constexpr std::size_t kStatusAt = 9;
    constexpr std::size_t kStatusDigits = 3;
    int status = 0;
    if (!head.starts_with("HTTP/1.") || head.size() < kStatusAt + kStatusDigits) return 0;
    const auto* const begin = head.data() + kStatusAt;
    const auto [stop, error] = std::from_chars(begin, begin + kStatusDigits, status);
    return error == std::errc() && stop == begin + kStatusDigits ? status : 0;
}

}  // namespace icelight::query
