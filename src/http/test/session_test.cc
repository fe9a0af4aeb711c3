// A listener on loopback, spoken to byte by byte.
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "http/body_source.h"
#include "http/listener.h"
#include "http/target.h"
#include "http/testing/client.h"

namespace icelight::http {
namespace {

using boost::asio::awaitable;
using testing::Answer;
using testing::Client;
using testing::make_request;

awaitable<Response> echo(RequestPtr request) {
    co_return make_text(200, std::move(request->body));
}

awaitable<Response> say_path(RequestPtr request) {
    co_return make_text(200, request->parameter(0));
}

awaitable<Response> answer_later(RequestPtr /*request*/) {
    for (int turn = 0; turn < 100; ++turn)
        co_await boost::asio::post(boost::asio::use_awaitable);
    co_return make_text(200, "late");
}

void write_pieces(const std::shared_ptr<BodyPipe>& pipe, bool breaks) {
    for (int i = 0; i < 100; ++i)
        pipe->write(fmt::format("piece {};", i), deadline_in(std::chrono::seconds(10)));
    pipe->finish(breaks ? Result<>(fail(ErrorCode::kIo, "broken")) : Result<>());
}

awaitable<Response> stream(RequestPtr request) {
    auto pipe = std::make_shared<BodyPipe>(64);
    const bool breaks = request->query() == "break";
    std::thread(write_pieces, pipe, breaks).detach();
    Response response;
    response.content_type = "text/plain";
    response.stream = pipe;
    co_return response;
}

/// Answers when its client is gone: the answer then has nobody to go to.
struct Departure {
    std::atomic<int> waiting{0};
    std::atomic<int> left{0};
};

Departure& departure() {
    static Departure shared;
    return shared;
}

awaitable<Response> wait_for_departure(RequestPtr request) {
    const int before = departure().left;
    request->when_client_leaves = [] {
        ++departure().left;
    };
    ++departure().waiting;
    while (departure().left == before)
        co_await boost::asio::post(boost::asio::use_awaitable);
    co_return make_text(200, "nobody");
}

bool comes_true(const std::function<bool()>& is_true) {
    for (int i = 0; i < 1'000 && !is_true(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return is_true();
}

std::shared_ptr<Router> make_router() {
    auto router = std::make_shared<Router>();
    auto add = [&router](Method method, std::string pattern, Handler handler) {
        Route route;
        route.method = method;
        route.pattern = std::move(pattern);
        route.handler = std::move(handler);
        router->add(std::move(route));
    };
    add(Method::kPost, "/echo", echo);
    add(Method::kGet, "/echo", echo);
    add(Method::kGet, "/say/{what}", say_path);
    add(Method::kGet, "/later", answer_later);
    add(Method::kGet, "/stream", stream);
    add(Method::kGet, "/departure", wait_for_departure);
    Route small;
    small.method = Method::kPost;
    small.pattern = "/small";
    small.handler = echo;
    small.body_bytes_max = 10;
    router->add(small);
    Route guarded = small;
    guarded.pattern = "/guarded";
    guarded.body_bytes_max = 0;
    guarded.check = [](Request& request) -> std::optional<Response> {
        if (request.header("Authorization") == "yes") return std::nullopt;
        return make_error(401, "no");
    };
    router->add(guarded);
    router->answer_options = [](const Request&, const MethodSet& allowed) {
        Response response;
        response.status = 204;
        response.add_header("Allow", allowed.text());
        return response;
    };
    return router;
}

class SessionTest : public ::testing::Test {
protected:
    void serve(Limits limits = {}) {
        ListenerOptions options;
        options.limits = limits;
        auto opened = Listener::open(options, system_clock());
        ASSERT_THAT(opened, icelight::testing::IsOk());
        listener_ = std::move(*opened);
        listener_->serve(make_router());
    }

    void TearDown() override {
        if (!listener_) return;
        EXPECT_THAT(listener_->close(deadline_in(std::chrono::seconds(5))),
                    icelight::testing::IsOk());
    }

    std::uint16_t port() const { return listener_->port(); }

    static Limits impatient_limits() {
        Limits limits;
        limits.header_timeout = std::chrono::milliseconds(60);
        limits.body_timeout = std::chrono::milliseconds(60);
        limits.idle_timeout = std::chrono::milliseconds(150);
        limits.sweep_interval = std::chrono::milliseconds(10);
        return limits;
    }

    std::unique_ptr<Listener> listener_;
};

TEST_F(SessionTest, OneConnectionServesManyRequests) {
    serve();
    Client client(port());
    for (int i = 0; i < 5; ++i) {
        const Answer answer = client.call(make_request("POST", "/echo", fmt::format("body {}", i)));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, fmt::format("body {}", i));
        EXPECT_EQ(answer.headers.at("server"), "icelight");
        EXPECT_FALSE(answer.headers.contains("connection"));
    }
}

TEST_F(SessionTest, PipelinedRequestsAreAnsweredInOrder) {
    serve();
    Client client(port());
    std::string requests;
    for (int i = 0; i < 200; ++i) {
        requests += make_request("POST", "/echo", fmt::format("{}", i));
        if (i % 50 == 0) requests += make_request("GET", "/later");
    }
    std::thread sender([&client, &requests] { client.send(requests); });
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(client.read().body, fmt::format("{}", i));
        if (i % 50 == 0) {
            EXPECT_EQ(client.read().body, "late");
        }
    }
    sender.join();
}

TEST_F(SessionTest, BodiesOfAllSizesComeThroughWhole) {
    serve();
    Client client(port());
    for (const std::size_t bytes : {0, 1, 65'535, 262'144, 262'145, 5 << 20}) {
        std::string body(bytes, 'x');
        for (std::size_t i = 0; i < bytes; i += 1000)
            body[i] = static_cast<char>('a' + i / 1000 % 26);
        std::thread sender([&client, &body] { client.send(make_request("POST", "/echo", body)); });
        const Answer answer = client.read();
        sender.join();
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(answer.body == body) << bytes;
    }
}

TEST_F(SessionTest, ARequestByteByByteIsTheSameRequest) {
    serve();
    Client client(port());
    const std::string request =
        "\r\nPOST /echo/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (const char c : request)
        client.send(std::string_view(&c, 1));
    EXPECT_EQ(client.read().body, "abcde");
    EXPECT_EQ(client.call(make_request("GET", "/say/a%20b")).body, "a b");
}

TEST_F(SessionTest, PathsAndMethodsThatAreNotThereKeepTheConnection) {
    serve();
    Client client(port());
    EXPECT_EQ(client.call(make_request("POST", "/nothing", "body")).status, 404);
    const Answer wrong = client.call(make_request("DELETE", "/echo"));
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.at("allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(client.call(make_request("GET", "/say/%zz")).status, 400);
    EXPECT_EQ(client.call(make_request("OPTIONS", "/echo")).status, 204);
    EXPECT_EQ(client.call(make_request("BREW", "/echo")).status, 405);
    EXPECT_EQ(client.call(make_request("POST", "/echo", "still here")).body, "still here");
}

TEST_F(SessionTest, HeadHasTheLengthAndNoBody) {
    serve();
    Client client(port());
    client.send(make_request("HEAD", "/say/hello"));
    const Answer answer = client.read(true);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("content-length"), "5");
    EXPECT_EQ(client.call(make_request("GET", "/say/next")).body, "next");
}

TEST_F(SessionTest, MalformedRequestsGet400AndAClosedConnection) {
    serve();
    for (const char* bytes : {"nonsense\r\n\r\n",
                              "GET / HTTP/1.1\r\n\r\n",
                              "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled"}) {
        Client client(port());
        const Answer answer = client.call(bytes);
        EXPECT_EQ(answer.status, 400) << bytes;
        EXPECT_EQ(answer.headers.at("connection"), "close");
        EXPECT_NE(answer.body.find("\"success\":false"), std::string::npos);
        client.finish_sending();
        EXPECT_TRUE(client.is_closed());
    }
}

TEST_F(SessionTest, ARefusedBodyWithinTheLimitIsReadAndTheConnectionKept) {
    serve();
    Client client(port());
    EXPECT_EQ(client.call(make_request("POST", "/small", std::string(100'000, 'x'))).status, 413);
    EXPECT_EQ(client.call(make_request("POST", "/guarded", std::string(100'000, 'x'))).status, 401);
    const std::string chunked =
        "POST /guarded HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\n\r\n";
    EXPECT_EQ(client.call(chunked).status, 401);
    EXPECT_EQ(client.call(make_request("POST", "/guarded", "ok", "Authorization: yes\r\n")).body,
              "ok");
}

TEST_F(SessionTest, ABodyOverTheLimitIsRefusedAndTheClientGetsTheAnswer) {
    serve();
    const std::size_t bytes = (5 << 20) + 1;
    Client client(port());
    std::thread sender(
        [&client] { client.send(make_request("POST", "/echo", std::string(bytes, 'x'))); });
    const Answer answer = client.read();
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.headers.at("connection"), "close");
    sender.join();

    Client chunker(port());
    std::thread chunk_sender([&chunker, bytes] {
        chunker.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        chunker.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", bytes, std::string(bytes, 'x')));
    });
    EXPECT_EQ(chunker.read().status, 413);
    chunk_sender.join();
}

TEST_F(SessionTest, ExpectContinueIsMetBeforeTheBodyAndRefusedWithoutIt) {
    serve();
    Client client(port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read().status, 100);
    EXPECT_EQ(client.call("body").body, "body");

    client.send(
        "POST /guarded HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    const Answer refused = client.read();
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.headers.at("connection"), "close");

    Client other(port());
    EXPECT_EQ(other.call(make_request("POST", "/echo", "x", "Expect: a-miracle\r\n")).status, 417);
}

TEST_F(SessionTest, SlowHeadersAndSlowBodiesGet408AndIdleConnectionsAreClosed) {
    serve(impatient_limits());
    Client slow_head(port());
    slow_head.send("GET /echo HTTP/1.1\r\nHost:");
    EXPECT_EQ(slow_head.read().status, 408);
    EXPECT_TRUE(slow_head.is_closed());

    Client slow_body(port());
    slow_body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
    EXPECT_EQ(slow_body.read().status, 408);

    Client idle(port());
    EXPECT_EQ(idle.call(make_request("POST", "/echo", "x")).status, 200);
    EXPECT_TRUE(idle.is_closed());
}

TEST_F(SessionTest, AllBodiesTogetherAreBounded) {
    Limits limits;
    limits.bodies_bytes_max = 1000;
    serve(limits);
    Client holder(port());
    holder.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 901\r\n\r\n" +
                std::string(900, 'x'));
    Client client(port());
    Answer answer;
    // Until the holder's bytes were read, there is room.
    for (int tries = 0; tries < 1000 && answer.status != 429; ++tries)
        answer = client.call(make_request("POST", "/echo", std::string(901, 'y')));
    ASSERT_EQ(answer.status, 429);
    EXPECT_EQ(answer.headers.at("retry-after"), "1");
    EXPECT_EQ(holder.call("x").status, 200);
    answer = client.call(make_request("POST", "/echo", std::string(901, 'y')));
    EXPECT_EQ(answer.status, 200);
}

TEST_F(SessionTest, TooManyConnectionsAreTurnedAway) {
    Limits limits;
    limits.connections_max = 2;
    serve(limits);
    Client one(port());
    Client two(port());
    EXPECT_EQ(one.call(make_request("POST", "/echo", "1")).status, 200);
    EXPECT_EQ(two.call(make_request("POST", "/echo", "2")).status, 200);
    Client three(port());
    EXPECT_EQ(three.read().status, 503);
    EXPECT_EQ(two.call(make_request("POST", "/echo", "2")).status, 200);
}

TEST_F(SessionTest, StreamsArriveWholeAndBrokenOnesAreSeenToBeBroken) {
    serve();
    Client client(port());
    const Answer whole = client.call(make_request("GET", "/stream"));
    EXPECT_TRUE(whole.is_whole);
    EXPECT_NE(whole.body.find("piece 99;"), std::string::npos);
    const Answer broken = client.call(make_request("GET", "/stream?break"));
    EXPECT_EQ(broken.status, 200);
    EXPECT_FALSE(broken.is_whole);
}

TEST_F(SessionTest, AHandlerIsToldThatItsClientIsGoneWhateverItSentBehind) {
    serve(impatient_limits());
    const int left_before = departure().left;
    const int waiting_before = departure().waiting;
    auto client = std::make_unique<Client>(port());
    client->send(make_request("GET", "/departure") + make_request("GET", "/echo"));
    ASSERT_TRUE(comes_true([&] { return departure().waiting == waiting_before + 1; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(departure().left, left_before) << "it is there and waits";
    client.reset();
    EXPECT_TRUE(comes_true([&] { return departure().left == left_before + 1; }));
}

TEST_F(SessionTest, OldClientsGetTheConnectionTheyAskFor) {
    serve();
    Client keeper(port());
    const std::string request = "GET /say/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    EXPECT_EQ(keeper.call(request).headers.at("connection"), "keep-alive");
    EXPECT_EQ(keeper.call("GET /say/x HTTP/1.0\r\n\r\n").headers.at("connection"), "close");
    EXPECT_TRUE(keeper.is_closed());
    Client streamer(port());
    const Answer streamed = streamer.call("GET /stream HTTP/1.0\r\n\r\n");
    EXPECT_NE(streamed.body.find("piece 99;"), std::string::npos);
}

TEST_F(SessionTest, CloseEndsIdleConnectionsAtOnceAndLetsWorkEnd) {
    serve();
    Client idle(port());
    EXPECT_EQ(idle.call(make_request("POST", "/echo", "x")).status, 200);
    EXPECT_THAT(listener_->close(deadline_in(std::chrono::seconds(5))), icelight::testing::IsOk());
    EXPECT_TRUE(idle.is_closed());
    EXPECT_EQ(listener_->connections(), 0U);
}

TEST_F(SessionTest, CloseCutsOffWhoeverNeverEnds) {
    serve();
    Client half(port());
    half.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
    Client other(port());
    EXPECT_EQ(other.call(make_request("POST", "/echo", "x")).status, 200);
    EXPECT_THAT(listener_->close(deadline_in(std::chrono::milliseconds(50))),
                icelight::testing::IsError(ErrorCode::kTimeout));
    listener_.reset();
    EXPECT_TRUE(half.is_closed());
}

TEST(Listener, APortThatIsTakenIsSaid) {
    auto first = Listener::open({}, system_clock());
    ASSERT_THAT(first, icelight::testing::IsOk());
    ListenerOptions options;
    options.port = (*first)->port();
    EXPECT_THAT(Listener::open(options, system_clock()),
                icelight::testing::IsError(ErrorCode::kAlreadyExists));
    options.address = "localhost";
    EXPECT_THAT(Listener::open(options, system_clock()),
                icelight::testing::IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::http
