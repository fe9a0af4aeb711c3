#include "query/relay/relay_session.h"

#include <algorithm>
#include <functional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "base/offload.h"
#include "base/spawn.h"
#include "query/telemetry.h"

namespace icelight::query {
namespace {

using boost::asio::awaitable;
using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

constexpr std::size_t kPieceBytes = 64u << 10;
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::chrono::milliseconds kLingerTime{1'000};
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kProxyAuthenticationRequired = 407;
constexpr int kBadGateway = 502;
constexpr int kFirstFinalStatus = 200;

Result<std::vector<tcp::endpoint>> ask_dns(const RelayTarget& target) {
    boost::asio::io_context unused;
    tcp::resolver resolver(unused);
    boost::system::error_code error;
    const auto found = resolver.resolve(target.host, std::to_string(target.port), error);
    if (error) return fail(ErrorCode::kUnavailable, error.message());
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : found)
        endpoints.push_back(entry.endpoint());
    return endpoints;
}

}  // namespace

RelaySession::RelaySession(tcp::socket client,
                           const RelayOptions& options,
                           const RelayRules& rules,
                           icelight::WorkerPool& resolvers)
    : options_(options),
      rules_(rules),
      client_(std::move(client)),
      server_(client_.get_executor()),
      resolvers_(resolvers),
      watchdog_(client_.get_executor()),
      end_at_(deadline_in(options.total_time)),
      idle_until_(deadline_in(options.request_time)) {
    telemetry::relay_connections(1);
}

RelaySession::~RelaySession() {
    telemetry::relay_connections(-1);
}

void RelaySession::start(const Session& session) {
    const auto executor = session->client_.get_executor();
    spawn(executor, "relay watchdog", watch(session));
    spawn(executor, "relay session", serve(session));
}

awaitable<void> RelaySession::serve(Session session) {
    co_await session->answer();
    session->close();
}

/// Ends what takes too long: whoever waits for a socket then has its error.
awaitable<void> RelaySession::watch(Session session) {
    while (!session->is_closed_) {
        const auto until = std::min(session->idle_until_, session->end_at_);
        if (system_clock().steady() >= until) {
            session->close();
            co_return;
        }
        session->watchdog_.expires_at(until);
        co_await session->watchdog_.async_wait(kAwait);
    }
}

void RelaySession::expect_within(std::chrono::milliseconds time) {
    idle_until_ = deadline_in(time);
    // The watchdog looks again when it was to wake later than this.
    if (watchdog_.expiry() > idle_until_) watchdog_.cancel();
}

void RelaySession::close() {
    is_closed_ = true;
    boost::system::error_code ignored;
    client_.close(ignored);
    server_.close(ignored);
    watchdog_.cancel();
}

awaitable<void> RelaySession::answer() {
    const bool is_read = co_await read_head(&client_);
    if (!is_read && unread_.size() >= kRelayHeadBytesMax) {
        Error error{ErrorCode::kInvalidArgument, "the head is too long"};
        co_await refuse(std::move(error));
    }
    if (!is_read) co_return;
    auto request = parse_relay_request(head_, rules_);
    if (!request) {
        Error error = std::move(request).error();
        co_await refuse(std::move(error));
        co_return;
    }
    RelayTarget target = request->target;
    const bool is_connected = co_await connect(std::move(target));
    if (!is_connected) co_return;
    if (request->is_tunnel) {
        co_await tunnel();
    } else {
        RelayRequest plain = std::move(*request);
        co_await forward(std::move(plain));
    }
}

/// Reads into head_ what ends with an empty line.
awaitable<bool> RelaySession::read_head(tcp::socket* from) {
    auto buffer = boost::asio::dynamic_buffer(unread_, kRelayHeadBytesMax);
    const auto [error, bytes] =
        co_await boost::asio::async_read_until(*from, buffer, kEndOfHead, kAwait);
    if (error) co_return false;
    head_ = unread_.substr(0, bytes);
    unread_.erase(0, bytes);
    co_return true;
}

awaitable<bool> RelaySession::write(tcp::socket* to, std::string bytes) {
    const auto [error, written] =
        co_await boost::asio::async_write(*to, boost::asio::buffer(bytes), kAwait);
    co_return !error;
}

/// An address stands for itself; names are asked for by threads that may wait.
awaitable<Result<RelaySession::Endpoints>> RelaySession::resolve(RelayTarget target) {
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(target.host, no_address);
    if (!no_address) co_return Endpoints{{address, target.port}};
    std::function<Result<Endpoints>()> ask = [target] {
        return ask_dns(target);
    };
    auto found = co_await offload<Endpoints>(resolvers_, std::move(ask));
    co_return found;
}

awaitable<bool> RelaySession::connect(RelayTarget target) {
    expect_within(options_.connect_time);
    const auto found = co_await resolve(target);
    std::string problem = found ? "" : found.error().message;
    if (found && !is_closed_) {
        const auto [error, endpoint] = co_await boost::asio::async_connect(server_, *found, kAwait);
        if (error) problem = error.message();
    }
    if (is_closed_) problem = "no connection in time";
    if (problem.empty()) {
        expect_within(options_.idle_time);
        co_return true;
    }
    telemetry::relay_failed(target.text(), problem);
    auto reason = fmt::format("{}: {}", target.text(), problem);
    co_await refuse_status(kBadGateway, std::move(reason));
    co_return false;
}

awaitable<void> RelaySession::tunnel() {
    std::string connected = "HTTP/1.1 200 Connected\r\n\r\n";
    const bool is_told = co_await write(&client_, std::move(connected));
    if (!is_told) co_return;
    auto early = std::exchange(unread_, {});
    const bool is_sent = co_await write(&server_, std::move(early));
    if (!is_sent) co_return;
    spawn(client_.get_executor(), "relay tunnel", pump(shared_from_this(), &client_, &server_));
    co_await pump(shared_from_this(), &server_, &client_);
}

awaitable<void> RelaySession::pump(Session session, tcp::socket* from, tcp::socket* to) {
    std::string piece(kPieceBytes, '\0');
    while (true) {
        const auto [error, bytes] =
            co_await from->async_read_some(boost::asio::buffer(piece), kAwait);
        if (error) break;
        session->expect_within(session->options_.idle_time);
        const auto [failed, written] = co_await boost::asio::async_write(
            *to, boost::asio::buffer(piece.data(), bytes), kAwait);
        if (failed) break;
    }
    // A tunnel ends with either side: TLS does not end half.
    session->close();
}

/// A host that keeps its side open, or says nothing, holds no place of those whose worker is gone.
awaitable<void> RelaySession::await_end(Session session) {
    std::string ignored(kRelayHeadBytesMax, '\0');
    bool is_open = true;
    while (is_open) {
        const auto [error, bytes] =
            co_await session->client_.async_read_some(boost::asio::buffer(ignored), kAwait);
        is_open = !error;
    }
    session->close();
}

/// The head, exactly the body that it announced, and the answer until the other side ends it. What
/// the worker sends beyond that goes nowhere.
awaitable<void> RelaySession::forward(RelayRequest request) {
    const bool is_sent = co_await write(&server_, std::move(request.head));
    if (!is_sent) co_return;
    const bool is_whole = co_await forward_body(request.body_bytes);
    if (!is_whole) co_return;
    unread_.clear();
    spawn(client_.get_executor(), "relay worker", await_end(shared_from_this()));
    const bool is_answered = co_await forward_answer();
    if (!is_answered) co_return;
    auto early = std::exchange(unread_, {});
    const bool is_passed_on = co_await write(&client_, std::move(early));
    if (!is_passed_on) co_return;
    co_await pump(shared_from_this(), &server_, &client_);
}

awaitable<bool> RelaySession::forward_body(std::uint64_t left) {
    while (left > 0) {
        if (unread_.empty()) {
            unread_.resize(kPieceBytes);
            const auto [error, bytes] =
                co_await client_.async_read_some(boost::asio::buffer(unread_), kAwait);
            if (error) co_return false;
            unread_.resize(bytes);
        }
        if (unread_.size() > left) unread_.resize(left);
        left -= unread_.size();
        expect_within(options_.idle_time);
        auto piece = std::exchange(unread_, {});
        const bool is_sent = co_await write(&server_, std::move(piece));
        if (!is_sent) co_return false;
    }
    co_return true;
}

/// The heads of the answer: perhaps some that only announce it.
awaitable<bool> RelaySession::forward_answer() {
    int status = 0;
    while (status < kFirstFinalStatus) {
        const bool is_read = co_await read_head(&server_);
        status = find_status(head_);
        if (!is_read || status == 0) {
            std::string reason = "not an answer of HTTP/1.1";
            co_await refuse_status(kBadGateway, std::move(reason));
            co_return false;
        }
        expect_within(options_.idle_time);
        auto head = end_connection(head_);
        const bool is_sent = co_await write(&client_, std::move(head));
        if (!is_sent) co_return false;
    }
    co_return true;
}

awaitable<void> RelaySession::refuse(Error error) {
    if (error.code == ErrorCode::kUnauthenticated) {
        telemetry::relay_refused("password", "");
        co_await refuse_status(kProxyAuthenticationRequired, std::move(error.message));
    } else if (error.code == ErrorCode::kForbidden) {
        telemetry::relay_refused("host", error.message);
        co_await refuse_status(kForbidden, std::move(error.message));
    } else {
        telemetry::relay_refused("malformed", error.message);
        co_await refuse_status(kBadRequest, std::move(error.message));
    }
}

awaitable<void> RelaySession::refuse_status(int status, std::string reason) {
    const auto* const hint = status == kProxyAuthenticationRequired
                                 ? "Proxy-Authenticate: Basic realm=\"icelight\"\r\n"
                                 : "";
    // The shape of Iceberg's errors; a reason holds nothing that needs escaping.
    const auto body =
        fmt::format(R"({{"error":{{"message":"{}","type":"Relay","code":{}}}}})", reason, status);
    auto head = fmt::format(
        "HTTP/1.1 {} {}\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n"
        "Connection: close\r\n\r\n{}",
        status,
        reason,
        hint,
        body.size(),
        body);
    const bool is_sent = co_await write(&client_, std::move(head));
    boost::system::error_code ignored;
    client_.shutdown(tcp::socket::shutdown_send, ignored);
    // What is left unread would make the kernel take the answer back.
    expect_within(kLingerTime);
    unread_.resize(kPieceBytes);
    bool is_open = is_sent;
    while (is_open) {
        const auto [error, bytes] =
            co_await client_.async_read_some(boost::asio::buffer(unread_), kAwait);
        is_open = !error;
    }
}

}  // namespace icelight::query
