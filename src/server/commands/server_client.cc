#include "server/commands/server_client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace icelight::server {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

constexpr timeval kWaitMax{.tv_sec = 600, .tv_usec = 0};
constexpr std::uint64_t kBodyBytesMax = std::uint64_t{1} << 30;
constexpr std::string_view kScheme = "http://";
constexpr unsigned kOk = 200;

tl::unexpected<Error> unreachable(const std::string& address, const std::string& why) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("the server at {} does not answer ({})", address, why));
}

}  // namespace

Result<std::string> ask_server(const std::string& address,
                               const std::string& path,
                               const std::string& token) {
    if (!address.starts_with(kScheme)) return unreachable(address, "no address");
    std::string host = address.substr(kScheme.size());
    const std::size_t colon = host.rfind(':');
    if (colon == std::string::npos) return unreachable(address, "no port");
    const std::string port = host.substr(colon + 1);
    host.resize(colon);
    if (host == "0.0.0.0") host = "127.0.0.1";
    boost::system::error_code error;
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    asio::ip::tcp::resolver resolver(io);
    const auto endpoints = resolver.resolve(host, port, error);
    if (!error) asio::connect(socket, endpoints, error);
    if (error) return unreachable(address, error.message());
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &kWaitMax, sizeof(kWaitMax));
    beast_http::request<beast_http::empty_body> request(beast_http::verb::get, path, 11);
    request.set(beast_http::field::host, "localhost");
    request.set(beast_http::field::connection, "close");
    if (!token.empty()) request.set(beast_http::field::authorization, "Bearer " + token);
    beast_http::write(socket, request, error);
    if (error) return unreachable(address, error.message());
    boost::beast::flat_buffer buffer;
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(kBodyBytesMax);
    beast_http::read(socket, buffer, parser, error);
    if (error) return unreachable(address, error.message());
    auto response = parser.release();
    if (response.result_int() == kOk) return std::move(response.body());
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format(
            "the server at {} answered {}: {}", address, response.result_int(), response.body()));
}

}  // namespace icelight::server
