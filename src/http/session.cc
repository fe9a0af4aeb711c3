#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/letter_case.h"
#include "http/session_internal.h"
#include "http/telemetry.h"

namespace icelight::http {
namespace {

using boost::asio::awaitable;
using Io = Connection::Io;

/// Requests that were pipelined are served this many at a time; then others get their turn.
constexpr std::size_t kRequestsPerTurn = 32;

}  // namespace

bool BodyClaim::raise_to(std::size_t bytes) {
    if (bytes <= claimed_) return true;
    const std::size_t more = bytes - claimed_;
    if (shared_.bodies_bytes.fetch_add(more) + more > shared_.limits.bodies_bytes_max) {
        shared_.bodies_bytes -= more;
        return false;
    }
    claimed_ = bytes;
    return true;
}

Session::Session(boost::asio::ip::tcp::socket socket, NetThread& thread, Gate::Pass pass)
    : pass_(std::move(pass)),
      thread_(thread),
      limits_(thread.shared().limits),
      router_(*thread.shared().router),
      connection_(std::move(socket), thread) {
    thread_.add(this);
    telemetry::connection_opened();
}

Session::~Session() {
    thread_.remove(this);
    telemetry::connection_closed();
}

awaitable<void> Session::run(std::unique_ptr<Session> session) {
    co_await session->serve();
}

void Session::drain() {
    is_draining_ = true;
    if (is_idle_) connection_.cut();
}

void Session::check_departure() {
    const bool is_asked = request_ && request_->when_client_leaves;
    if (!is_asked || !connection_.has_peer_left()) return;
    const auto tell = std::exchange(request_->when_client_leaves, nullptr);
    tell();
}

awaitable<void> Session::serve() {
    while (true) {
        const bool is_there = co_await wait_for_request();
        if (!is_there) co_return;
        const Next next = co_await serve_one();
        if (next == Next::kLinger) co_await connection_.linger();
        if (next != Next::kRequest) co_return;
        request_.reset();
        if (++served_ % kRequestsPerTurn == 0 && !connection_.unread().empty()) {
            connection_.keep();
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
    }
}

awaitable<Session::Next> Session::serve_one() {
    request_ = std::make_shared<Request>();
    request_->remote_address = connection_.remote_address();
    family_ = 0;
    body_bytes_ = 0;
    MessageParser parser(limits_, *request_);
    const std::optional<ParseStep> head = co_await read_head(&parser);
    if (!head) co_return Next::kClose;
    if (head->state == ParseStep::State::kRefused) {
        Response refusal = render_error(head->status, head->reason);
        refusal.closes_connection = true;
        const Next next = co_await answer(std::move(refusal), false);
        co_return next;
    }
    const Next next = co_await serve_request(&parser);
    co_return next;
}

// Nothing of a request is made before its first byte: idle connections are many.
awaitable<bool> Session::wait_for_request() {
    is_idle_ = true;
    connection_.set_deadline(limits_.idle_timeout);
    while (true) {
        // An empty line before a request is forgiven (RFC 9112, section 2.2).
        if (connection_.unread().starts_with("\r\n")) connection_.consume(2);
        const std::string_view unread = connection_.unread();
        if (!unread.empty() && unread != "\r") break;
        if (is_draining_) co_return false;
        const Io io = co_await connection_.fill();
        if (io != Io::kOk) co_return false;
    }
    is_idle_ = false;
    co_return true;
}

awaitable<std::optional<ParseStep>> Session::read_head(MessageParser* parser) {
    connection_.set_deadline(limits_.header_timeout);
    while (true) {
        const ParseStep step = parser->parse_head(connection_.unread());
        connection_.consume(step.used_bytes);
        if (step.state != ParseStep::State::kNeedsMore) co_return step;
        const Io io = co_await connection_.fill();
        if (io == Io::kOk) continue;
        if (io == Io::kClosed) co_return std::nullopt;
        ParseStep late;
        late.state = ParseStep::State::kRefused;
        late.status = status::kRequestTimeout;
        late.reason = "the request headers took too long";
        co_return late;
    }
}

awaitable<Session::Next> Session::serve_request(MessageParser* parser) {
    connection_.clear_deadline();
    Match match = router_.find(request_->method, request_->path());
    family_ = match.family;
    std::optional<Response> refusal = check(match);
    if (!refusal) refusal = check_expectation();
    if (refusal) {
        const Next next = co_await refuse(std::move(*refusal), parser);
        co_return next;
    }
    BodyClaim claim(thread_.shared());
    const std::size_t bytes_max =
        match.route->body_bytes_max > 0 ? match.route->body_bytes_max : limits_.body_bytes_max;
    BodyRead body = co_await read_body(parser, bytes_max, &claim);
    if (body.io == Io::kClosed) co_return Next::kClose;
    if (body.io == Io::kTimedOut)
        body.refusal = render_error(status::kRequestTimeout, "the request body took too long");
    bool keeps_alive = parser->keeps_alive() && body.is_whole;
    if (body.refusal) {
        const Next next = co_await answer(std::move(*body.refusal), keeps_alive);
        co_return next;
    }
    connection_.clear_deadline();
    connection_.keep();
    request_->received_at = thread_.shared().clock.now_us();
    request_->parameters = std::move(match.parameters);
    body_bytes_ = request_->body.size();
    Response response = co_await match.route->handler(request_);
    const Next next = co_await answer(std::move(response), keeps_alive);
    co_return next;
}

std::optional<Response> Session::check(Match& match) {
    if (router_.check_all)
        if (auto refusal = router_.check_all(*request_)) return refusal;
    if (match.is_malformed)
        return render_error(status::kBadRequest, "the path is not well percent-encoded");
    const bool asks_options = request_->method == Method::kOptions;
    if (asks_options && router_.answer_options &&
        (!match.allowed.empty() || request_->path() == "*"))
        return router_.answer_options(*request_, match.allowed);
    if (match.allowed.empty()) return render_error(status::kNotFound, "Not found");
    if (match.route == nullptr) {
        Response refusal = render_error(status::kMethodNotAllowed, "Method not allowed");
        refusal.add_header("Allow", match.allowed.text());
        return refusal;
    }
    if (match.route->check) return match.route->check(*request_);
    return std::nullopt;
}

std::optional<Response> Session::check_expectation() {
    const std::string_view expected = request_->header("Expect");
    if (expected.empty() || equal_ignoring_case(expected, "100-continue")) return std::nullopt;
    return render_error(status::kExpectationFailed, "the only expectation met is 100-continue");
}

awaitable<Session::Next> Session::refuse(Response refusal, MessageParser* parser) {
    // A client that waits for 100 may send its body or not: only closing is unambiguous.
    const bool waits_for_continue = request_->find_header("Expect").has_value();
    BodyRead skipped;
    skipped.is_whole = parser->framing() == Framing::kNone;
    connection_.set_deadline(limits_.body_timeout);
    if (!waits_for_continue && parser->framing() == Framing::kLength)
        skipped = co_await skip_length(parser->content_length());
    if (!waits_for_continue && parser->framing() == Framing::kChunked)
        skipped = co_await skip_chunks(parser);
    if (skipped.io == Io::kClosed) co_return Next::kClose;
    const bool keeps_alive = parser->keeps_alive() && skipped.is_whole;
    const Next next = co_await answer(std::move(refusal), keeps_alive);
    co_return next;
}

Response Session::render_error(int status, std::string_view message) {
    if (router_.render_error) return router_.render_error(*request_, family_, status, message);
    return make_error(status, message);
}

}  // namespace icelight::http
