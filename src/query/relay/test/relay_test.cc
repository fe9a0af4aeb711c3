#include "query/relay/relay.h"

#include <openssl/evp.h>
#include <sys/socket.h>

#include <atomic>
#include <mutex>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/metrics.h"

namespace icelight::query {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const tcp::endpoint kAnyPort(boost::asio::ip::address_v4::loopback(), 0);

/// Answers each connection with `answer` after its head, then with whatever it says.
class Upstream {
public:
    explicit Upstream(std::string answer) : answer_(std::move(answer)), door_(context_, kAnyPort) {
        thread_ = std::thread([this] { serve(); });
    }

    ~Upstream() {
        is_closing_ = true;
        tcp::socket last(context_);
        boost::system::error_code ignored;
        last.connect(door_.local_endpoint(), ignored);
        thread_.join();
    }

    Upstream(const Upstream&) = delete;
    Upstream& operator=(const Upstream&) = delete;

    std::uint16_t port() const { return door_.local_endpoint().port(); }

    int came() const { return came_; }

    std::string heard() const {
        const std::lock_guard lock(mutex_);
        return heard_;
    }

private:
    void serve() {
        while (true) {
            tcp::socket socket(context_);
            door_.accept(socket);
            if (is_closing_) return;
            ++came_;
            boost::system::error_code error;
            std::string got;
            boost::asio::read_until(socket, boost::asio::dynamic_buffer(got), "\r\n\r\n", error);
            boost::asio::write(socket, boost::asio::buffer(answer_), error);
            socket.shutdown(tcp::socket::shutdown_send, error);
            boost::asio::read(socket, boost::asio::dynamic_buffer(got), error);
            const std::lock_guard lock(mutex_);
            heard_ += got;
        }
    }

    const std::string answer_;
    boost::asio::io_context context_;
    tcp::acceptor door_;
    std::atomic<bool> is_closing_{false};
    std::atomic<int> came_{0};
    mutable std::mutex mutex_;
    std::string heard_;
    std::thread thread_;
};

int refused_hosts() {
    constexpr std::string_view kName = "icelight_query_relay_refused_total{why=\"host\"} ";
    const auto text = metrics::serialize();
    const auto at = text.find(kName);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + kName.size()));
}

class RelayTest : public ::testing::Test {
protected:
    void start(RelayOptions options) {
        stop();
        relay_ = std::make_unique<Relay>(std::move(options));
        tcp::acceptor listener(context_, kAnyPort);
        at_ = listener.local_endpoint();
        door_ = relay_->open_door(UniqueFd(listener.release()));
    }

    /// The door first: the relay outlives it.
    void stop() {
        door_.reset();
        relay_.reset();
    }

    void start_to(const Upstream& upstream) {
        start({.targets = {{"127.0.0.1", upstream.port()}, {"localhost", upstream.port()}}});
    }

    tcp::socket connect() {
        tcp::socket socket(context_);
        socket.connect(at_);
        timeval patience{10, 0};
        ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        return socket;
    }

    /// All that comes until the relay ends the connection.
    std::string ask(const std::string& text) {
        auto socket = connect();
        boost::system::error_code error;
        boost::asio::write(socket, boost::asio::buffer(text), error);
        std::string answer;
        boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
        return answer;
    }

    std::string credentials() const {
        const auto text = std::string(kRelayUser) + ":" + relay_->password();
        std::string out(text.size() * 2, ' ');
        out.resize(static_cast<std::size_t>(
            ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                              reinterpret_cast<const unsigned char*>(text.data()),
                              static_cast<int>(text.size()))));
        return out;
    }

    std::string head(const std::string& line, const std::string& fields = "") const {
        return fmt::format(
            "{} HTTP/1.1\r\nProxy-Authorization: Basic {}\r\n{}\r\n", line, credentials(), fields);
    }

    boost::asio::io_context context_;
    tcp::endpoint at_;
    std::unique_ptr<Relay> relay_;
    std::unique_ptr<Relay::Door> door_;
};

TEST_F(RelayTest, ATunnelCarriesBytesBothWays) {
    const Upstream upstream("answer");
    start_to(upstream);
    const auto line = fmt::format("CONNECT 127.0.0.1:{}", upstream.port());
    EXPECT_EQ(ask(head(line) + "early\r\n\r\n"), "HTTP/1.1 200 Connected\r\n\r\nanswer");
    EXPECT_EQ(upstream.came(), 1);
    const auto by_name = fmt::format("CONNECT localhost:{}", upstream.port());
    EXPECT_THAT(ask(head(by_name) + "x\r\n\r\n"), HasSubstr("answer"));
}

TEST_F(RelayTest, ARequestAndItsAnswerPassAndTheConnectionEnds) {
    const Upstream upstream("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    start_to(upstream);
    const auto line = fmt::format("POST http://127.0.0.1:{}/t", upstream.port());
    EXPECT_EQ(ask(head(line, "Content-Length: 4\r\n") + "bodyGET / HTTP/1.1\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    stop();
    // What came behind the announced body went nowhere.
    const auto wanted = fmt::format(
        "POST /t HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 4\r\n"
        "Connection: close\r\n\r\nbody",
        upstream.port());
    for (int i = 0; i < 500 && upstream.heard().empty(); ++i)
        std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(upstream.heard(), wanted);
}

TEST_F(RelayTest, AnnouncementsBeforeTheAnswerPass) {
    const Upstream upstream("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\n\r\n");
    start_to(upstream);
    const auto answer = ask(head(fmt::format("GET http://127.0.0.1:{}/", upstream.port())));
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 100 Continue"));
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 204 None"));
}

TEST_F(RelayTest, OtherHostsAreNotReachedAndCounted) {
    const Upstream upstream("HTTP/1.1 200 OK\r\n\r\n");
    const Upstream other("HTTP/1.1 200 OK\r\n\r\n");
    start_to(upstream);
    const int before = refused_hosts();
    for (const auto* const form : {"CONNECT 127.0.0.1:{}", "GET http://127.0.0.1:{}/"}) {
        const auto answer = ask(head(fmt::format(fmt::runtime(form), other.port())));
        EXPECT_THAT(answer,
                    StartsWith(fmt::format("HTTP/1.1 403 127.0.0.1:{} is not a host of an "
                                           "external catalog\r\n",
                                           other.port())));
    }
    EXPECT_EQ(other.came(), 0);
    EXPECT_EQ(upstream.came(), 0);
    EXPECT_EQ(refused_hosts(), before + 2);
}

TEST_F(RelayTest, WithoutThePasswordItAnswers407) {
    const Upstream upstream("x");
    start_to(upstream);
    const auto answer = ask(fmt::format("CONNECT 127.0.0.1:{} HTTP/1.1\r\n\r\n", upstream.port()));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 407 "));
    EXPECT_EQ(upstream.came(), 0);
    start_to(upstream);
    const auto first = relay_->password();
    start_to(upstream);
    EXPECT_NE(relay_->password(), first);
}

TEST_F(RelayTest, AHostThatDoesNotAnswerIsNamed) {
    std::uint16_t port = 0;
    {
        const tcp::acceptor gone(context_, kAnyPort);
        port = gone.local_endpoint().port();
    }
    start({.targets = {{"127.0.0.1", port}, {"nowhere.invalid", 80}}});
    EXPECT_THAT(ask(head(fmt::format("CONNECT 127.0.0.1:{}", port))),
                StartsWith(fmt::format("HTTP/1.1 502 127.0.0.1:{}: Connection refused", port)));
    EXPECT_THAT(ask(head("GET http://nowhere.invalid/")),
                StartsWith("HTTP/1.1 502 nowhere.invalid:80: "));
}

TEST_F(RelayTest, NonsenseAndLongHeadsAreRefused) {
    start({.targets = {{"127.0.0.1", 1}}});
    EXPECT_THAT(ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(ask(std::string(kRelayHeadBytesMax, 'x')),
                StartsWith("HTTP/1.1 400 the head is too long"));
}

TEST_F(RelayTest, AnAnswerThatIsNoneIsABadGateway) {
    const Upstream upstream("SSH-2.0-x\r\n\r\n");
    start_to(upstream);
    EXPECT_THAT(ask(head(fmt::format("GET http://127.0.0.1:{}/", upstream.port()))),
                StartsWith("HTTP/1.1 502 "));
}

TEST_F(RelayTest, IdleAndLateConnectionsEnd) {
    tcp::acceptor silent(context_, kAnyPort);
    const auto port = silent.local_endpoint().port();
    start({.targets = {{"127.0.0.1", port}},
           .request_time = milliseconds(100),
           .idle_time = milliseconds(100)});
    EXPECT_EQ(ask("CONNECT 127.0.0.1"), "") << "a head that does not end";
    EXPECT_EQ(ask(head(fmt::format("CONNECT 127.0.0.1:{}", port))),
              "HTTP/1.1 200 Connected\r\n\r\n");
    EXPECT_EQ(ask(head(fmt::format("GET http://127.0.0.1:{}/", port))), "");
}

TEST_F(RelayTest, AConnectionHasAnEndHoweverBusy) {
    const Upstream upstream("x");
    start({.targets = {{"127.0.0.1", upstream.port()}}, .total_time = milliseconds(200)});
    auto socket = connect();
    boost::asio::write(
        socket, boost::asio::buffer(head(fmt::format("CONNECT 127.0.0.1:{}", upstream.port()))));
    boost::system::error_code error;
    int written = 0;
    for (; written < 1'000 && !error; ++written) {
        boost::asio::write(socket, boost::asio::buffer("y", 1), error);
        std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_TRUE(error);
}

TEST_F(RelayTest, MoreConnectionsThanItHoldsAreClosed) {
    start({.targets = {{"127.0.0.1", 1}}});
    std::vector<tcp::socket> held;
    for (std::size_t i = 0; i < kRelayConnectionsMax; ++i) {
        held.push_back(connect());
        // Accepted in order: an answer to the last shows that all before it are held.
        boost::asio::write(held.back(), boost::asio::buffer("C", 1));
    }
    EXPECT_EQ(ask("nonsense\r\n\r\n"), "");
    held.clear();
    std::string answer;
    for (int i = 0; i < 500 && answer.empty(); ++i)
        answer = ask("nonsense\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
}

TEST_F(RelayTest, WhoIsGoneHoldsNoPlaceHoweverSilentTheHost) {
    const tcp::acceptor silent(context_, kAnyPort);
    const Upstream upstream("HTTP/1.1 200 OK\r\n\r\nhi");
    start({.targets = {{"127.0.0.1", silent.local_endpoint().port()},
                       {"127.0.0.1", upstream.port()}}});
    const auto unanswered =
        head(fmt::format("GET http://127.0.0.1:{}/", silent.local_endpoint().port()));
    for (std::size_t i = 0; i < kRelayConnectionsMax; ++i) {
        auto socket = connect();
        boost::asio::write(socket, boost::asio::buffer(unanswered));
    }
    std::string answer;
    for (int i = 0; i < 200 && !answer.ends_with("hi"); ++i) {
        std::this_thread::sleep_for(milliseconds(10));
        answer = ask(head(fmt::format("GET http://127.0.0.1:{}/", upstream.port())));
    }
    EXPECT_THAT(answer, ::testing::EndsWith("hi"));
}

TEST_F(RelayTest, AClosedDoorLetsNobodyIn) {
    start({.targets = {{"127.0.0.1", 1}}});
    EXPECT_THAT(ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    door_.reset();
    boost::system::error_code error;
    for (int i = 0; i < 500 && !error; ++i) {
        tcp::socket socket(context_);
        socket.connect(at_, error);
        std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_TRUE(error);
}

}  // namespace
}  // namespace icelight::query
