#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "http/limits.h"
#include "http/request.h"

namespace icelight::http {

/// How a request's body ends.
enum class Framing : std::uint8_t { kNone, kLength, kChunked };

/// What parsing some bytes led to.
struct ParseStep {
    enum class State : std::uint8_t { kNeedsMore, kDone, kRefused };
    State state = State::kNeedsMore;
    std::size_t used_bytes = 0;
    int status = 0;           ///< When refused.
    std::string_view reason;  ///< When refused; a literal.
};

/// One HTTP/1 request from bytes (RFC 9112), with everything refused that two parsers could read in
/// two ways: folded headers, repeated or listed Content-Length, any Transfer-Encoding but
/// "chunked", both of them, either on HTTP/1.0, more or less than one Host.
///
/// Thread safety: none. Lifetime: `request` outlives it.
class MessageParser {
public:
    MessageParser(const Limits& limits, Request& request);
    ~MessageParser();
    MessageParser(const MessageParser&) = delete;
    MessageParser& operator=(const MessageParser&) = delete;

    /// `bytes`: all that is left unused so far and what came since. Done: the head is whole.
    ParseStep parse_head(std::string_view bytes);

    /// The same for a chunked body; it is appended to Request::body, up to `body_bytes_max`.
    ParseStep parse_chunks(std::string_view bytes, std::size_t body_bytes_max);

    // Once the head is done.
    Framing framing() const;
    std::uint64_t content_length() const;
    bool keeps_alive() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace icelight::http
