#include "server/admin_client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <string_view>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include "http/target.h"

namespace icelight::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

constexpr timeval kKeyWaitMax{.tv_sec = 30, .tv_usec = 0};
constexpr std::size_t kKeyAnswerBytesMax = std::size_t{8} << 20;
constexpr timeval kFsckWaitMax{.tv_sec = 600, .tv_usec = 0};
constexpr std::size_t kFsckAnswerBytesMax = std::size_t{1} << 30;
constexpr int kHttp11 = 11;

struct Call {
    std::string_view method;
    std::string target;  ///< Path, percent-encoded.
    std::string body;    ///< JSON; "": none.
    timeval wait_max;    ///< For each step of the exchange.
    std::size_t answer_bytes_max;
};

struct Authority {
    std::string host;  ///< Without brackets.
    std::string port;
    std::string text;  ///< For the Host header.
};

Result<Authority> parse_url(std::string_view url) {
    constexpr std::string_view kScheme = "http://";
    const auto bad = [url] {
        return fail(ErrorCode::kInvalidArgument,
                    "--server " + std::string(url) + ": give http://HOST:PORT");
    };
    if (!url.starts_with(kScheme)) return bad();
    std::string_view rest = url.substr(kScheme.size());
    rest = rest.substr(0, rest.find('/'));
    const auto colon = rest.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || rest.ends_with(']')) return bad();
    std::string_view host = rest.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    Authority out{.host = std::string(host),
                  .port = std::string(rest.substr(colon + 1)),
                  .text = std::string(rest)};
    // What a server that listens everywhere announces is no address to call.
    if (out.host == "0.0.0.0") out.host = "127.0.0.1";
    if (out.host == "::") out.host = "::1";
    if (out.host == "127.0.0.1" || out.host == "::1") out.text = "localhost:" + out.port;
    return out;
}

/// The server's own code and message, or what can be said of an answer that is
/// not JSON.
tl::unexpected<Error> refusal_of(const AdminTarget& target,
                                 unsigned status,
                                 const std::string& body) {
    boost::json::error_code error;
    const auto value = boost::json::parse(body, error);
    std::string message = "the server answered " + std::to_string(status);
    if (!error && value.is_object()) {
        const auto* text = value.get_object().if_contains("message");
        if (text != nullptr && text->is_string()) message = std::string(text->get_string());
    }
    if (status == 401) {
        message += "; give an administrator's token with " + std::string(target.token_source);
        return fail(ErrorCode::kUnauthenticated, message);
    }
    return fail(status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kUnavailable, message);
}

std::string target_of(const KeyCall& call) {
    std::string target = "/api";
    for (const auto& segment : call.path)
        target += "/" + http::encode_percent(segment);
    return target;
}

Result<std::string> exchange(const AdminTarget& target, const Call& call) {
    ICE_ASSIGN(const auto authority, parse_url(target.url));
    asio::io_context context;
    tcp::resolver resolver(context);
    tcp::socket socket(context);
    boost::system::error_code error;
    const auto unreachable = [&target](const boost::system::error_code& why) {
        return fail(ErrorCode::kUnavailable, target.url + ": " + why.message());
    };
    const auto endpoints = resolver.resolve(authority.host, authority.port, error);
    if (!error) asio::connect(socket, endpoints, error);
    if (error) return unreachable(error);
    ::setsockopt(
        socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &call.wait_max, sizeof(call.wait_max));
    ::setsockopt(
        socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &call.wait_max, sizeof(call.wait_max));

    beast::http::request<beast::http::string_body> request;
    request.method_string(call.method);
    request.target(call.target);
    request.version(kHttp11);
    request.set(beast::http::field::host, authority.text);
    request.set(beast::http::field::connection, "close");
    if (!target.token.empty())
        request.set(beast::http::field::authorization, "Bearer " + target.token);
    if (!call.body.empty()) {
        request.set(beast::http::field::content_type, "application/json");
        request.body() = call.body;
    }
    request.prepare_payload();
    beast::http::write(socket, request, error);
    if (error) return unreachable(error);

    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(call.answer_bytes_max);
    beast::http::read(socket, buffer, parser, error);
    if (error) return unreachable(error);
    auto answer = parser.release();
    if (answer.result_int() != 200) return refusal_of(target, answer.result_int(), answer.body());
    return std::move(answer.body());
}

}  // namespace

Result<std::string> send_key_call(const AdminTarget& target, const KeyCall& call) {
    const bool needs_body = call.body.empty() && call.method == "POST";
    return exchange(target,
                    {.method = call.method,
                     .target = target_of(call),
                     .body = needs_body ? "{}" : call.body,
                     .wait_max = kKeyWaitMax,
                     .answer_bytes_max = kKeyAnswerBytesMax});
}

Result<std::string> fetch_fsck_report(const AdminTarget& target) {
    return exchange(target,
                    {.method = "GET",
                     .target = "/api/fsck",
                     .body = "",
                     .wait_max = kFsckWaitMax,
                     .answer_bytes_max = kFsckAnswerBytesMax});
}

}  // namespace icelight::server
