// Requests that hide another one: what the server answers, and that it answers nothing else.
#include <array>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "http/listener.h"
#include "http/testing/client.h"

namespace icelight::http {
namespace {

using boost::asio::awaitable;
using testing::Answer;
using testing::Client;

awaitable<Response> echo(RequestPtr request) {
    co_return make_text(200, "[" + request->body + "]");
}

awaitable<Response> say_hidden(RequestPtr /*request*/) {
    co_return make_text(200, "hidden");
}

class SmugglingTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto router = std::make_shared<Router>();
        router->add({.method = Method::kPost, .pattern = "/echo", .handler = echo});
        router->add({.method = Method::kGet, .pattern = "/hidden", .handler = say_hidden});
        auto opened = Listener::open({}, system_clock());
        ASSERT_THAT(opened, icelight::testing::IsOk());
        listener_ = std::move(*opened);
        listener_->serve(router);
    }

    void TearDown() override {
        EXPECT_THAT(listener_->close(deadline_in(std::chrono::seconds(5))),
                    icelight::testing::IsOk());
    }

    std::uint16_t port() const { return listener_->port(); }

private:
    std::unique_ptr<Listener> listener_;
};

constexpr std::string_view kHidden = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";

/// Each in front of kHidden: a body to one parser, the next request to another.
constexpr std::array kRefused = {
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: "
    "chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: "
    "5\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 33\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 33\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
    "x\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\x0b"
    "chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding\r\n : chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nX: y\r\n Content-Length: 33\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length : 33\r\n\r\n",
    "POST /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST http://other/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;\nX\r\nA\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nAB0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nA\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
    "chunked\r\n\r\n100000000000000001\r\nA\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: "
    "33\r\n\r\n",
};

TEST_F(SmugglingTest, WhatTwoParsersCouldReadInTwoWaysIsOne400AndTheEnd) {
    for (const char* front : kRefused) {
        Client client(port());
        client.send(std::string(front).append(kHidden));
        client.finish_sending();
        const Answer answer = client.read();
        EXPECT_EQ(answer.status, 400) << front;
        EXPECT_EQ(answer.headers.at("connection"), "close") << front;
        EXPECT_TRUE(client.is_closed()) << front << "answered twice";
    }
}

struct Pair {
    std::string_view front;
    std::string_view body;
};

/// Odd, and still one request and another: both are answered, in their order.
constexpr std::array kTaken = {
    Pair{"POST /echo HTTP/1.1\r\nHost: h\r\n\r\n", "[]"},
    Pair{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 000\r\n\r\n", "[]"},
    Pair{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nGET", "[GET]"},
    Pair{"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: cHuNkEd\r\n\r\n0;a=b\r\n\r\n", "[]"},
    Pair{"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
         "003;a;b=\"c;d\"\r\nGET\r\n00\r\nX: y\r\n\r\n",
         "[GET]"},
    Pair{"POST http://H/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n\r\n", "[]"},
    Pair{
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nTransfer_Encoding: chunked\r\n\r\n",
        "[]"},
};

TEST_F(SmugglingTest, WhatCanBeReadInOneWayOnlyIsReadThatWay) {
    for (const Pair& pair : kTaken) {
        Client client(port());
        client.send(std::string(pair.front).append(kHidden));
        const Answer first = client.read();
        EXPECT_EQ(first.status, 200) << pair.front;
        EXPECT_EQ(first.body, pair.body) << pair.front;
        EXPECT_EQ(client.read().body, "hidden") << pair.front;
    }
}

}  // namespace
}  // namespace icelight::http
