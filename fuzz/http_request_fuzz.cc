// Any bytes as a request, once whole and once in pieces. Both ways must read the same request, or
// whoever stands in front of the server could read another one than the server does.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/message_parser_internal.h"

namespace icelight::http {
namespace {

using State = ParseStep::State;

constexpr std::size_t kBodyBytesMax = 4096;

struct Outcome {
    State head = State::kNeedsMore;
    State body = State::kDone;
    Framing framing = Framing::kNone;
    std::uint64_t length = 0;
    bool keeps_alive = false;
    std::size_t used_bytes = 0;
    Request request;
};

/// Feeds what is there piece by piece, as a session does; `parse` returns a ParseStep.
template <class Parse>
State feed(std::string_view& input, std::size_t piece_bytes, Outcome& outcome, Parse&& parse) {
    std::size_t there = std::min(piece_bytes, input.size());
    while (true) {
        const ParseStep step = parse(input.substr(0, there));
        ICE_CHECK(step.used_bytes <= there, "more was used than was there");
        if (step.state == State::kRefused) return step.state;
        input.remove_prefix(step.used_bytes);
        there -= step.used_bytes;
        outcome.used_bytes += step.used_bytes;
        if (step.state == State::kDone || there == input.size()) return step.state;
        there = std::min(there + piece_bytes, input.size());
    }
}

Outcome read(std::string_view input, std::size_t piece_bytes) {
    static const Limits limits;
    Outcome outcome;
    MessageParser parser(limits, outcome.request);
    outcome.head = feed(input, piece_bytes, outcome, [&parser](std::string_view bytes) {
        return parser.parse_head(bytes);
    });
    if (outcome.head != State::kDone) return outcome;
    outcome.framing = parser.framing();
    outcome.length = parser.content_length();
    outcome.keeps_alive = parser.keeps_alive();
    if (outcome.framing != Framing::kChunked) return outcome;
    outcome.body = feed(input, piece_bytes, outcome, [&parser](std::string_view bytes) {
        return parser.parse_chunks(bytes, kBodyBytesMax);
    });
    return outcome;
}

void check_same(const Outcome& whole, const Outcome& pieces) {
    const auto is_known = [](State state) {
        return state != State::kNeedsMore;
    };
    if (!is_known(whole.head) || !is_known(pieces.head)) return;
    ICE_CHECK(whole.head == pieces.head, "a head is one thing whole and another in pieces");
    if (whole.head != State::kDone) return;
    ICE_CHECK(whole.request.target() == pieces.request.target(), "two targets");
    ICE_CHECK(whole.request.method == pieces.request.method, "two methods");
    ICE_CHECK(whole.request.headers_count() == pieces.request.headers_count(), "two heads");
    ICE_CHECK(whole.request.headers_bytes() == pieces.request.headers_bytes(), "two heads");
    ICE_CHECK(whole.framing == pieces.framing && whole.length == pieces.length, "two framings");
    ICE_CHECK(whole.keeps_alive == pieces.keeps_alive, "two ends");
    if (!is_known(whole.body) || !is_known(pieces.body)) return;
    ICE_CHECK(whole.body == pieces.body, "a body is one thing whole and another in pieces");
    if (whole.body != State::kDone) return;
    ICE_CHECK(whole.request.body == pieces.request.body, "two bodies");
    ICE_CHECK(whole.used_bytes == pieces.used_bytes, "two places where the next request begins");
}

}  // namespace
}  // namespace icelight::http

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer looks for this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
    using icelight::http::read;
    if (bytes == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data + 1), bytes - 1);
    const std::size_t piece_bytes = 1 + data[0] % 64;
    icelight::http::check_same(read(input, bytes), read(input, piece_bytes));
    return 0;
}
