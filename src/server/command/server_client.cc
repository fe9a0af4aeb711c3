#include "server/command/server_client.h"

#include <array>
#include <filesystem>
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace icelight::server::command {
namespace {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using BeastRequest = beast::http::request<beast::http::string_body>;

constexpr std::string_view kScheme = "http://";
constexpr unsigned kHttp11 = 11;

tl::unexpected<Error> not_there(const Target& target, const std::string& why) {
    return fail(ErrorCode::kUnavailable,
                "the server at " + target.host + ":" + target.port + ": " + why);
}

BeastRequest make_request(const Target& target, const Call& call) {
    BeastRequest request(beast::http::string_to_verb(call.method), call.path, kHttp11);
    request.set(beast::http::field::host, target.host + ":" + target.port);
    request.set(beast::http::field::connection, "close");
    if (!target.token.empty())
        request.set(beast::http::field::authorization, "Bearer " + target.token);
    for (const auto& [name, value] : call.headers)
        request.set(name, value);
    if (!call.body.empty()) request.set(beast::http::field::content_type, "application/json");
    request.body() = call.body;
    request.prepare_payload();
    return request;
}

Result<int> read_answer(beast::tcp_stream& stream,
                        const Target& target,
                        const TakeBody& take,
                        const TakeStatus& take_status) {
    beast::error_code error;
    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::buffer_body> parser;
    parser.body_limit(boost::none);
    beast::http::read_header(stream, buffer, parser, error);
    if (error) return not_there(target, error.message());
    const int status = static_cast<int>(parser.get().result_int());
    if (take_status) take_status(status);
    std::array<char, 64 << 10> piece{};
    while (!parser.is_done()) {
        auto& body = parser.get().body();
        body.data = piece.data();
        body.size = piece.size();
        beast::http::read_some(stream, buffer, parser, error);
        const std::size_t bytes = piece.size() - parser.get().body().size;
        if (bytes > 0 && !take({piece.data(), bytes})) return status;
        if (error && error != beast::http::error::need_buffer)
            return not_there(target, error.message());
    }
    return status;
}

}  // namespace

Result<Target> find_target(const std::string& url, const std::string& data, std::string token) {
    std::string address = url;
    if (address.empty()) {
        std::ifstream lock(std::filesystem::path(data) / "LOCK");
        if (!lock || !std::getline(lock, address)) {
            return fail(ErrorCode::kNotFound,
                        "no server has the data directory " + data +
                            "; give --data or --url, or start one with `icelight serve`");
        }
    }
    std::string_view rest = address;
    if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
    rest = rest.substr(0, rest.find('/'));
    const auto colon = rest.rfind(':');
    if (!address.starts_with(kScheme) || colon == std::string_view::npos || colon == 0) {
        return fail(ErrorCode::kInvalidArgument,
                    "not the address of a server: " + address + "; http://127.0.0.1:8787 is one");
    }
    std::string_view host = rest.substr(0, colon);
    // Whoever listens on every address is reached at home.
    if (host == "0.0.0.0") host = "127.0.0.1";
    return Target{std::string(host), std::string(rest.substr(colon + 1)), std::move(token)};
}

Result<int> call_server(const Target& target,
                        const Call& call,
                        const TakeBody& take,
                        const TakeStatus& take_status) {
    boost::asio::io_context context;
    beast::error_code error;
    const auto places = tcp::resolver(context).resolve(target.host, target.port, error);
    if (error) return not_there(target, error.message());
    beast::tcp_stream stream(context);
    stream.connect(places, error);
    if (error) return not_there(target, error.message());
    beast::http::write(stream, make_request(target, call), error);
    if (error) return not_there(target, error.message());
    auto status = read_answer(stream, target, take, take_status);
    return status;
}

}  // namespace icelight::server::command
