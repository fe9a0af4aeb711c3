// How a Session reads request bodies.
#include "http/session_internal.h"

namespace icelight::http {
namespace {

using boost::asio::awaitable;
using Io = Connection::Io;

constexpr std::string_view kContinueLine = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kBodyTooLarge = "the request body is too large";

Response make_overloaded(Response refusal) {
    refusal.add_header("Retry-After", "1");
    return refusal;
}

}  // namespace

awaitable<Session::BodyRead> Session::read_body(MessageParser* parser,
                                                std::size_t bytes_max,
                                                BodyClaim* claim) {
    BodyRead body;
    if (parser->framing() == Framing::kNone) {
        body.is_whole = true;
        co_return body;
    }
    const bool waits = request_->find_header("Expect").has_value() && request_->is_http_11;
    const bool fits =
        parser->framing() == Framing::kChunked || parser->content_length() <= bytes_max;
    if (waits && !fits) {
        body.refusal = render_error(status::kTooLarge, kBodyTooLarge);
        co_return body;
    }
    if (waits && connection_.unread().empty()) {
        body.io = co_await connection_.write(kContinueLine, {});
        if (body.io != Io::kOk) co_return body;
    }
    connection_.set_deadline(limits_.body_timeout);
    if (parser->framing() == Framing::kChunked) {
        body = co_await read_chunks(parser, bytes_max, claim);
    } else {
        body = co_await read_length(parser->content_length(), bytes_max, claim);
    }
    co_return body;
}

awaitable<Session::BodyRead> Session::read_length(std::uint64_t bytes,
                                                  std::size_t bytes_max,
                                                  BodyClaim* claim) {
    BodyRead body;
    if (bytes > bytes_max) {
        body = co_await skip_length(bytes);
        body.refusal = render_error(status::kTooLarge, kBodyTooLarge);
        co_return body;
    }
    std::string& text = request_->body;
    // Only address space until the bytes are there.
    text.reserve(bytes + kBodySlackBytes);
    while (text.size() < bytes) {
        const std::string_view piece = connection_.unread().substr(0, bytes - text.size());
        if (!claim->raise_to(text.size() + piece.size())) {
            body = co_await skip_length(bytes - text.size());
            body.refusal = make_overloaded(
                render_error(status::kTooManyRequests, "too many request bodies at a time"));
            co_return body;
        }
        text.append(piece);
        connection_.consume(piece.size());
        if (text.size() == bytes) break;
        body.io = co_await connection_.fill();
        if (body.io != Io::kOk) co_return body;
    }
    body.is_whole = true;
    co_return body;
}

awaitable<Session::BodyRead> Session::read_chunks(MessageParser* parser,
                                                  std::size_t bytes_max,
                                                  BodyClaim* claim) {
    BodyRead body;
    while (true) {
        if (!connection_.unread().empty()) {
            const ParseStep step = parser->parse_chunks(connection_.unread(), bytes_max);
            connection_.consume(step.used_bytes);
            if (step.state == ParseStep::State::kRefused) {
                body.refusal = render_error(step.status, step.reason);
                co_return body;
            }
            if (!claim->raise_to(request_->body.size())) {
                body.refusal = make_overloaded(
                    render_error(status::kTooManyRequests, "too many request bodies at a time"));
                co_return body;
            }
            if (step.state == ParseStep::State::kDone) break;
        }
        body.io = co_await connection_.fill();
        if (body.io != Io::kOk) co_return body;
    }
    body.is_whole = true;
    co_return body;
}

awaitable<Session::BodyRead> Session::skip_length(std::uint64_t bytes) {
    BodyRead body;
    if (bytes > limits_.body_bytes_max) co_return body;
    while (true) {
        const std::size_t skipped = std::min<std::uint64_t>(bytes, connection_.unread().size());
        connection_.consume(skipped);
        bytes -= skipped;
        if (bytes == 0) break;
        body.io = co_await connection_.fill();
        if (body.io != Io::kOk) co_return body;
    }
    body.is_whole = true;
    co_return body;
}

awaitable<Session::BodyRead> Session::skip_chunks(MessageParser* parser) {
    BodyRead body;
    std::size_t skipped = 0;
    while (true) {
        if (!connection_.unread().empty()) {
            const ParseStep step =
                parser->parse_chunks(connection_.unread(), limits_.body_bytes_max);
            connection_.consume(step.used_bytes);
            skipped += request_->body.size();
            request_->body.clear();
            const bool is_too_much = skipped > limits_.body_bytes_max;
            if (step.state == ParseStep::State::kRefused || is_too_much) co_return body;
            if (step.state == ParseStep::State::kDone) break;
        }
        body.io = co_await connection_.fill();
        if (body.io != Io::kOk) co_return body;
    }
    body.is_whole = true;
    co_return body;
}

}  // namespace icelight::http
