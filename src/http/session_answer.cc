// How a Session sends answers.
#include <fmt/format.h>

#include "http/body_source.h"
#include "http/session_internal.h"
#include "http/telemetry.h"

namespace icelight::http {
namespace {

using boost::asio::awaitable;
using Io = Connection::Io;

/// Up to here the body rides in the head's buffer: one write of one piece.
constexpr std::size_t kInlineBodyBytes = 16 << 10;
/// An answer's head that a connection keeps room for while it waits.
constexpr std::size_t kKeptHeadBytes = 1024;

/// Values come from handlers and may echo a client: no line may end inside one.
void append_value(std::string& out, std::string_view value) {
    for (const char c : value)
        if (c != '\r' && c != '\n' && c != '\0') out.push_back(c);
}

bool has_length(int status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace

awaitable<Session::Next> Session::answer(Response response, bool keeps_alive) {
    if (router_.decorate) router_.decorate(*request_, response);
    keeps_alive =
        keeps_alive && !response.closes_connection && !is_draining_ && !thread_.shared().is_closing;
    const int status = response.status;
    const Io io = co_await send(std::move(response), keeps_alive);
    if (out_.capacity() > kKeptHeadBytes) std::string().swap(out_);
    telemetry::answered(io == Io::kOk ? status : 0, body_bytes_);
    if (io != Io::kOk) co_return Next::kClose;
    co_return keeps_alive ? Next::kRequest : Next::kLinger;
}

awaitable<Io> Session::send(Response response, bool keeps_alive) {
    const bool is_head = request_->method == Method::kHead;
    if (response.stream && !is_head) {
        const Io io = co_await send_stream(std::move(response), keeps_alive);
        co_return io;
    }
    if (response.stream) response.stream->abandon();
    write_head(response, keeps_alive);
    if (has_length(response.status) && !response.stream) {
        fmt::format_to(
            std::back_inserter(out_), "Content-Length: {}\r\n\r\n", response.body.size());
    } else {
        out_ += "\r\n";
    }
    std::string_view body = is_head ? std::string_view() : response.body;
    if (body.size() <= kInlineBodyBytes) {
        out_.append(body);
        body = {};
    }
    const Io io = co_await connection_.write(out_, body);
    co_return io;
}

awaitable<Io> Session::send_stream(Response response, bool keeps_alive) {
    const std::shared_ptr<BodySource> stream = response.stream;
    connection_.keep();
    const bool is_chunked = request_->is_http_11;
    write_head(response, keeps_alive && is_chunked);
    out_ += is_chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n";
    while (true) {
        Result<std::string> piece = co_await stream->read();
        if (!piece)
            co_return Io::kClosed;  // Cut without the last chunk: not to be taken for whole.
        const bool is_last = piece->empty();
        if (is_chunked) {
            fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece->size());
            *piece += "\r\n";
        }
        const Io io = co_await connection_.write(out_, *piece);
        out_.clear();
        if (io != Io::kOk) {
            stream->abandon();
            co_return io;
        }
        if (is_last) co_return is_chunked ? Io::kOk : Io::kClosed;
    }
}

void Session::write_head(const Response& response, bool keeps_alive) {
    out_.clear();
    fmt::format_to(std::back_inserter(out_),
                   "HTTP/1.1 {} {}\r\nServer: icelight\r\nDate: {}\r\n",
                   response.status,
                   reason_of(response.status),
                   thread_.date());
    if (!response.content_type.empty()) {
        out_ += "Content-Type: ";
        append_value(out_, response.content_type);
        out_ += "\r\n";
    }
    for (const auto& [name, value] : response.headers) {
        append_value(out_, name);
        out_ += ": ";
        append_value(out_, value);
        out_ += "\r\n";
    }
    if (!keeps_alive) {
        out_ += "Connection: close\r\n";
    } else if (!request_->is_http_11) {
        out_ += "Connection: keep-alive\r\n";
    }
}

}  // namespace icelight::http
