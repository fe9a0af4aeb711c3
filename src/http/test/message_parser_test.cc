#include <array>

#include <gtest/gtest.h>

#include "http/message_parser_internal.h"

namespace icelight::http {
namespace {

using State = ParseStep::State;

/// Feeds `bytes` in pieces of `piece_bytes`, as a session does.
ParseStep feed_head(std::string_view bytes,
                    std::size_t piece_bytes,
                    Request& request,
                    Framing* framing = nullptr) {
    static const Limits kLimits;
    MessageParser parser(kLimits, request);
    std::string unread;
    ParseStep step;
    while (!bytes.empty()) {
        unread += bytes.substr(0, piece_bytes);
        bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
        step = parser.parse_head(unread);
        unread.erase(0, step.used_bytes);
        if (step.state != State::kNeedsMore) break;
    }
    if (framing != nullptr && step.state == State::kDone) *framing = parser.framing();
    return step;
}

TEST(ParseHead, TheSameRequestComesOutHoweverItIsCut) {
    const std::string head =
        "POST /v1/batch?a=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nX: y\r\n\r\n";
    for (std::size_t piece = 1; piece <= head.size(); ++piece) {
        Request request;
        Framing framing = Framing::kNone;
        const ParseStep step = feed_head(head, piece, request, &framing);
        ASSERT_EQ(step.state, State::kDone) << piece;
        EXPECT_EQ(request.method, Method::kPost);
        EXPECT_EQ(request.path(), "/v1/batch");
        EXPECT_EQ(request.header("x"), "y");
        EXPECT_EQ(framing, Framing::kLength);
    }
}

TEST(ParseHead, UsesNoByteBehindTheHead) {
    Request request;
    const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    const ParseStep step = feed_head(head + "GET /next", 1000, request);
    EXPECT_EQ(step.state, State::kDone);
    EXPECT_EQ(step.used_bytes, head.size());
}

/// Whatever two parsers could read in two ways is refused, in one piece and byte by byte.
constexpr std::array kRefused = {
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3,4\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3 3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\n Content-Length: 3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
    "chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding\r\n : chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: one\r\n two\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: one\r\n\ttwo\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    "GET / http/1.1\r\nHost: a\r\n\r\n",
    "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET host:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
    "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: one\nY: two\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nX: one\nContent-Length: 3\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: one\rY: two\r\n\r\n",
    "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
    "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a@b/ HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length : 3\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3;x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\x0b\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \x0b"
    "chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked;q=1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ,chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked,\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
};

TEST(ParseHead, AmbiguousAndMalformedHeadsAreRefusedWith400) {
    for (const char* head : kRefused) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
            Request request;
            const ParseStep step = feed_head(head, piece, request);
            EXPECT_EQ(step.state, State::kRefused) << head << " in pieces of " << piece;
            EXPECT_EQ(step.status, 400) << head;
            EXPECT_FALSE(step.reason.empty());
        }
    }
}

TEST(ParseHead, ANulByteIsRefusedWhereverItStands) {
    using std::string_view_literals::operator""sv;
    for (const std::string_view head : {"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"sv,
                                        "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n"sv,
                                        "GET / HTTP/1.1\r\nHost: a\r\nX: \0b\r\n\r\n"sv}) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
            Request request;
            EXPECT_EQ(feed_head(head, piece, request).status, 400);
        }
    }
}

TEST(ParseHead, AnAbsoluteTargetOfTheSameHostIsItsPath) {
    Request request;
    const ParseStep step =
        feed_head("GET http://H:80/v1?q HTTP/1.1\r\nHost: h:80\r\n\r\n", 1000, request);
    EXPECT_EQ(step.state, State::kDone);
    EXPECT_EQ(request.path(), "/v1");
    EXPECT_EQ(request.query(), "q");
}

TEST(ParseHead, LinesThatEndInABareLineFeedMakeNoRequest) {
    const std::string_view head = "GET / HTTP/1.1\nHost: a\n\n";
    Request whole;
    EXPECT_EQ(feed_head(head, head.size(), whole).status, 400);
    Request pieces;
    EXPECT_NE(feed_head(head, 1, pieces).state, State::kDone);
}

TEST(ParseHead, LimitsHoldForTargetHeadersAndTheirNumber) {
    const Limits limits;
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
    const std::string long_target =
        "GET /" + std::string(limits.target_bytes_max, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string endless_target = "GET /" + std::string(400'000, 'a');
    const std::string long_header =
        start + "X: " + std::string(limits.headers_bytes_max, 'a') + "\r\n\r\n";
    const std::string endless_header = start + "X: " + std::string(400'000, 'a');
    std::string many = start;
    for (std::size_t i = 0; i <= limits.headers_count_max; ++i)
        many += "X: y\r\n";
    for (const std::size_t piece : {std::size_t{4096}, std::size_t{1'000'000}}) {
        Request request;
        EXPECT_EQ(feed_head(long_target, piece, request).status, 414);
        EXPECT_EQ(feed_head(long_header, piece, request).status, 431);
        EXPECT_EQ(feed_head(many + "\r\n", piece, request).status, 431);
        Request endless;
        EXPECT_EQ(feed_head(endless_target, piece, endless).status, 414);
        EXPECT_EQ(feed_head(endless_header, piece, request).status, 431);
    }
}

TEST(ParseHead, TargetAtItsLimitPasses) {
    const Limits limits;
    Request request;
    const std::string head =
        "GET /" + std::string(limits.target_bytes_max - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
    EXPECT_EQ(feed_head(head, 16'384, request).state, State::kDone);
}

ParseStep feed_chunks(std::string_view bytes, std::size_t piece_bytes, Request& request) {
    static const Limits kLimits;
    MessageParser parser(kLimits, request);
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n";
    EXPECT_EQ(parser.parse_head(head).state, State::kDone);
    EXPECT_EQ(parser.framing(), Framing::kChunked);
    std::string unread;
    ParseStep step;
    while (!bytes.empty()) {
        unread += bytes.substr(0, piece_bytes);
        bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
        step = parser.parse_chunks(unread, 1000);
        unread.erase(0, step.used_bytes);
        if (step.state != State::kNeedsMore) break;
    }
    return step;
}

TEST(ParseChunks, TheBodyComesOutHoweverItIsCut) {
    const std::string body = "3;x=\"y\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";
    for (std::size_t piece = 1; piece <= body.size(); ++piece) {
        Request request;
        EXPECT_EQ(feed_chunks(body, piece, request).state, State::kDone) << piece;
        EXPECT_EQ(request.body, "abc0123456789");
        EXPECT_FALSE(request.find_header("Trailer"));
    }
}

constexpr std::array kRefusedChunks = {
    "x\r\nabc\r\n0\r\n\r\n",
    "-3\r\nabc\r\n0\r\n\r\n",
    "3\r\nabcd\r\n0\r\n\r\n",
    "3\r\nabcX\r\n0\r\n\r\n",
    "fffffffffffffffffff\r\nabc",
    "10000000000000003\r\nabc\r\n0\r\n\r\n",
    "+3\r\nabc\r\n0\r\n\r\n",
    "0x3\r\nabc\r\n0\r\n\r\n",
    " 3\r\nabc\r\n0\r\n\r\n",
    "\r\n3\r\nabc\r\n0\r\n\r\n",
    "3\rX\nabc\r\n0\r\n\r\n",
    "3;a\rb\r\nabc\r\n0\r\n\r\n",
    "3;a\nb\r\nabc\r\n0\r\n\r\n",
    "3;=\r\nabc\r\n0\r\n\r\n",
    "3\r\nabc\n0\r\n\r\n",
    "3\r\nabc\r0\r\n\r\n",
    "0\r\nX: a\nContent-Length: 3\r\n\r\n",
    "3 3\r\nabc\r\n0\r\n\r\n",
    "0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "0\r\nContent-Length: 3\r\n\r\n",
};

TEST(ParseChunks, MalformedChunksAreRefusedWith400) {
    for (const char* body : kRefusedChunks) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{100'000}}) {
            Request request;
            const ParseStep step = feed_chunks(body, piece, request);
            EXPECT_EQ(step.state, State::kRefused) << body << " in pieces of " << piece;
            EXPECT_EQ(step.status, 400) << body;
        }
    }
}

TEST(ParseChunks, LinesThatEndInABareLineFeedMakeNoBody) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100}}) {
        Request request;
        EXPECT_NE(feed_chunks("3\nabc\n0\n\n", piece, request).state, State::kDone);
        EXPECT_TRUE(request.body.empty());
    }
}

TEST(ParseChunks, TooMuchIsRefusedWith413AndAnEndlessChunkHeaderWith400) {
    Request request;
    EXPECT_EQ(feed_chunks("3e9\r\n" + std::string(1001, 'a') + "\r\n", 100, request).status, 413);
    Request other;
    EXPECT_EQ(feed_chunks("3;" + std::string(40'000, 'a'), 100, other).status, 400);
}

}  // namespace
}  // namespace icelight::http
