#include "server/command/server_client.h"

#include <array>
#include <exception>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "http/response.h"

namespace icelight::server::command {
namespace {

namespace beast = boost::beast;
using boost::asio::awaitable;
using boost::asio::ip::tcp;
using BeastRequest = beast::http::request<beast::http::string_body>;
using Parser = beast::http::response_parser<beast::http::buffer_body>;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::string_view kScheme = "http://";
constexpr std::chrono::seconds kConnectMax{10};
constexpr std::chrono::minutes kFsckMax{10};
constexpr std::size_t kFsckBytesMax = std::size_t{1} << 30;
constexpr std::size_t kPieceBytes = 64 << 10;
constexpr unsigned kHttp11 = 11;

std::string name_of(const Target& target) {
    const bool is_ipv6 = target.host.find(':') != std::string::npos;
    return fmt::format(
        "{}{}{}:{}", is_ipv6 ? "[" : "", target.host, is_ipv6 ? "]" : "", target.port);
}

tl::unexpected<Error> not_there(const Target& target, const std::string& why) {
    return fail(ErrorCode::kUnavailable, "the server at http://" + name_of(target) + ": " + why);
}

BeastRequest make_request(const Target& target, const Call& call) {
    BeastRequest request;
    request.method_string(call.method);
    request.target(call.path);
    request.version(kHttp11);
    request.set(beast::http::field::host, name_of(target));
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

/// One request and its answer. Each wait has a deadline: silent servers are left.
class Exchange {
public:
    Exchange(boost::asio::io_context& context,
             const Target& target,
             const Call& call,
             const TakeBody& take)
        : target_(target), call_(call), take_(take), resolver_(context), stream_(context) {}

    awaitable<Result<int>> run() {
        const auto [unknown, places] =
            co_await resolver_.async_resolve(target_.host, target_.port, kAwait);
        if (unknown) co_return not_there(target_, unknown.message());
        stream_.expires_after(kConnectMax);
        const auto [refused, place] = co_await stream_.async_connect(places, kAwait);
        if (refused) co_return not_there(target_, refused.message());
        const BeastRequest request = make_request(target_, call_);
        wait_at_most();
        const auto [broken, sent] = co_await beast::http::async_write(stream_, request, kAwait);
        if (broken) co_return not_there(target_, broken.message());
        const auto status = co_await read_answer();
        co_return status;
    }

private:
    void wait_at_most() {
        if (call_.silence_max.count() == 0) return stream_.expires_never();
        stream_.expires_after(call_.silence_max);
    }

    awaitable<Result<int>> read_answer() {
        Parser parser;
        parser.body_limit(boost::none);
        wait_at_most();
        const auto [broken, head] =
            co_await beast::http::async_read_header(stream_, buffer_, parser, kAwait);
        if (broken) co_return not_there(target_, broken.message());
        const int status = static_cast<int>(parser.get().result_int());
        if (call_.take_status) call_.take_status(status);
        while (!parser.is_done()) {
            auto& body = parser.get().body();
            body.data = piece_.data();
            body.size = piece_.size();
            wait_at_most();
            const auto [error, read] =
                co_await beast::http::async_read_some(stream_, buffer_, parser, kAwait);
            const std::size_t bytes = piece_.size() - parser.get().body().size;
            if (bytes > 0 && !take_({piece_.data(), bytes})) co_return status;
            if (error && error != beast::http::error::need_buffer)
                co_return not_there(target_, error.message());
        }
        co_return status;
    }

    const Target& target_;
    const Call& call_;
    const TakeBody& take_;
    tcp::resolver resolver_;
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    std::array<char, kPieceBytes> piece_{};
};

}  // namespace

Result<Target> parse_target(const std::string& url, std::string token) {
    std::string_view rest = url;
    const bool has_scheme = rest.starts_with(kScheme);
    if (has_scheme) rest.remove_prefix(kScheme.size());
    rest = rest.substr(0, rest.find('/'));
    const auto colon = rest.rfind(':');
    if (!has_scheme || colon == std::string_view::npos || colon == 0 || rest.ends_with(']')) {
        return fail(ErrorCode::kInvalidArgument,
                    "not the address of a server: " + url + "; http://127.0.0.1:8787 is one");
    }
    std::string_view host = rest.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    if (host == "0.0.0.0") host = "127.0.0.1";
    if (host == "::") host = "::1";
    return Target{.host = std::string(host),
                  .port = std::string(rest.substr(colon + 1)),
                  .token = std::move(token)};
}

Result<int> call_server(const Target& target, const Call& call, const TakeBody& take) {
    boost::asio::io_context context;
    Exchange exchange(context, target, call, take);
    Result<int> outcome = not_there(target, "no answer");
    boost::asio::co_spawn(
        context, exchange.run(), [&outcome](const std::exception_ptr& error, Result<int> status) {
            if (!error) outcome = std::move(status);
        });
    context.run();
    return outcome;
}

Result<std::string> ask_server(const Target& target, const Call& call) {
    std::string answer;
    const auto take = [&](std::string_view bytes) {
        answer.append(bytes);
        return answer.size() <= call.answer_bytes_max;
    };
    ICE_ASSIGN(const int status, call_server(target, call, take));
    if (answer.size() > call.answer_bytes_max) return not_there(target, "its answer is too long");
    if (status != http::status::kOk) return tl::unexpected(refusal_of(target, status, answer));
    return answer;
}

Result<std::string> fetch_fsck_report(const Target& target) {
    return ask_server(target,
                      {.method = "GET",
                       .path = "/api/fsck",
                       .silence_max = kFsckMax,
                       .answer_bytes_max = kFsckBytesMax});
}

Error refusal_of(const Target& target, int status, const std::string& body) {
    boost::json::error_code error;
    const auto value = boost::json::parse(body, error);
    std::string message = fmt::format("the server answered {}", status);
    if (!error && value.is_object()) {
        const auto* text = value.get_object().if_contains("message");
        if (text != nullptr && text->is_string()) message = std::string(text->get_string());
    }
    if (status == http::status::kUnauthorized) {
        message += fmt::format("; give a token with {}", target.token_source);
        return {ErrorCode::kUnauthenticated, message};
    }
    return {status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kUnavailable, message};
}

}  // namespace icelight::server::command
