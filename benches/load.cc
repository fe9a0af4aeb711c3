// A load generator for POST /v1/batch and /v1/track on a loopback server.
//
//   bench_load --port P [--events 100] [--connections 16] [--seconds 3] [--rate R] [--first-id N]
//              [--headers LINES] [--gzip 1]
//   bench_load --print COUNT [--events 100] [--first-id N]     prints the bodies instead, one a
//   line
//
// Without --rate the loop is closed: each connection sends its next request when the last was
// answered. With --rate (requests a second) it is open: requests are due at fixed times whatever
// the server does, and latency counts from the time a request was due (no coordinated omission).
// Bounded by --seconds and by kRequestsMax. Prints one JSON object. Every event has an id of its
// own: first-id, first-id + 1, ...
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/unique_fd.h"

#include "event_template.h"
#include "gzip.h"

namespace icelight::bench {
namespace {

constexpr std::size_t kRequestsMax = 20'000'000;
constexpr std::size_t kTemplates = 64;
constexpr std::chrono::nanoseconds kClosedLoopPoll = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kDrainPoll = std::chrono::milliseconds(100);

struct Options {
    std::uint16_t port = 0;
    std::size_t events = 100;
    std::size_t connections = 16;
    double seconds = 3;
    double rate = 0;
    std::uint64_t first_id = 1;
    std::size_t printed = 0;
    std::string headers;  ///< Whole lines, each with its \r\n.
    bool is_gzip = false;
};

struct Connection {
    UniqueFd socket;
    std::string outgoing;
    std::size_t sent = 0;
    std::string incoming;
    SteadyTime due;
    bool is_busy = false;
};

struct Tally {
    std::map<int, std::uint64_t> replies_by_status;
    std::vector<double> latencies_us;
    std::uint64_t events_acknowledged = 0;
};

UniqueFd connect_to(std::uint16_t port) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connected =
        ::connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
    ICE_CHECK(connected == 0, "cannot connect to the server");
    const int yes = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return socket;
}

/// Status of the whole reply in `incoming`, or 0 while it is not whole.
int whole_reply_status(const std::string& incoming) {
    const auto head_end = incoming.find("\r\n\r\n");
    if (head_end == std::string::npos) return 0;
    const char* length = ::strcasestr(incoming.c_str(), "content-length:");
    const std::size_t body = length == nullptr ? 0 : std::strtoul(length + 15, nullptr, 10);
    if (incoming.size() < head_end + 4 + body) return 0;
    return std::atoi(incoming.c_str() + 9);
}

class Load {
public:
    explicit Load(const Options& options) : options_(options), next_id_(options.first_id) {
        for (std::size_t i = 0; i < kTemplates; ++i)
            templates_.emplace_back(options.events, i + 1);
        epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
        connections_.resize(options.connections);
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            connections_[i].socket = connect_to(options.port);
            epoll_event interest{EPOLLIN, {.u64 = i}};
            ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, connections_[i].socket.number(), &interest);
        }
    }

    void run() {
        const auto begin = system_clock().steady();
        const auto end =
            begin + std::chrono::microseconds(static_cast<std::int64_t>(options_.seconds * 1e6));
        next_due_ = begin;
        while (requests_ < kRequestsMax) {
            const auto now = system_clock().steady();
            if (now >= end && busy_ == 0) break;
            if (now < end) start_due(now);
            poll(now < end ? time_to_next_due() : kDrainPoll);
            if (now > end + std::chrono::seconds(10)) break;
        }
        elapsed_ =
            std::chrono::duration<double>(std::min(system_clock().steady(), end) - begin).count();
    }

    void print() {
        auto& latencies = tally_.latencies_us;
        std::sort(latencies.begin(), latencies.end());
        auto at = [&](double part) {
            if (latencies.empty()) return 0.0;
            return latencies[std::min(latencies.size() - 1,
                                      static_cast<std::size_t>(part * latencies.size()))];
        };
        std::printf(
            "{\"requests\":%zu,\"events_acknowledged\":%llu,\"seconds\":%.3f,\"next_id\":%llu,"
            "\"unanswered\":%zu,\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"max_us\":%.0f,"
            "\"status\":{",
            requests_,
            static_cast<unsigned long long>(tally_.events_acknowledged),
            elapsed_,
            static_cast<unsigned long long>(next_id_),
            busy_,
            at(0.5),
            at(0.99),
            at(0.999),
            at(1));
        const char* comma = "";
        for (const auto& [status, count] : tally_.replies_by_status) {
            std::printf("%s\"%d\":%llu", comma, status, static_cast<unsigned long long>(count));
            comma = ",";
        }
        std::printf("}}\n");
    }

private:
    void start_due(SteadyTime now) {
        if (options_.rate <= 0) {
            for (auto& connection : connections_) {
                if (!connection.is_busy) start(connection, now);
            }
            return;
        }
        const auto step = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / options_.rate));
        for (; next_due_ <= now; next_due_ += step)
            waiting_.push_back(next_due_);
        for (auto& connection : connections_) {
            if (waiting_.empty()) break;
            if (connection.is_busy) continue;
            start(connection, waiting_.front());
            waiting_.pop_front();
        }
    }

    void start(Connection& connection, SteadyTime due) {
        auto& body = templates_[requests_ % kTemplates];
        body.renumber(next_id_);
        next_id_ += body.events();
        ++requests_;
        ++busy_;
        connection.is_busy = true;
        connection.due = due;
        connection.sent = 0;
        connection.incoming.clear();
        connection.outgoing = options_.events > 1 ? "POST /v1/batch" : "POST /v1/track";
        connection.outgoing += " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + options_.headers;
        if (options_.is_gzip) connection.outgoing += "Content-Encoding: gzip\r\n";
        const std::string packed = options_.is_gzip ? gzip(body.body()) : std::string();
        const std::string& sent = options_.is_gzip ? packed : body.body();
        connection.outgoing +=
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(sent.size()) +
            "\r\n\r\n" + sent;
        send_more(connection);
    }

    void send_more(Connection& connection) {
        while (connection.sent < connection.outgoing.size()) {
            const auto sent = ::send(connection.socket.number(),
                                     connection.outgoing.data() + connection.sent,
                                     connection.outgoing.size() - connection.sent,
                                     MSG_NOSIGNAL);
            ICE_CHECK(sent > 0, "the server closed the connection");
            connection.sent += static_cast<std::size_t>(sent);
        }
    }

    /// How long the loop may sleep: an open loop until the next request is due.
    std::chrono::nanoseconds time_to_next_due() const {
        if (options_.rate <= 0) return kClosedLoopPoll;
        return std::max(next_due_ - system_clock().steady(), std::chrono::nanoseconds(0));
    }

    void poll(std::chrono::nanoseconds wait) {
        epoll_event events[64];
        const timespec timeout{.tv_sec = wait.count() / 1'000'000'000,
                               .tv_nsec = wait.count() % 1'000'000'000};
        const int ready = ::epoll_pwait2(epoll_.number(), events, 64, &timeout, nullptr);
        for (int i = 0; i < ready; ++i)
            receive(connections_[events[i].data.u64]);
    }

    void receive(Connection& connection) {
        char buffer[16384];
        const auto got = ::recv(connection.socket.number(), buffer, sizeof(buffer), MSG_DONTWAIT);
        ICE_CHECK(got > 0, "the server closed the connection");
        connection.incoming.append(buffer, static_cast<std::size_t>(got));
        const int status = whole_reply_status(connection.incoming);
        if (status == 0) return;
        const auto taken = system_clock().steady() - connection.due;
        tally_.latencies_us.push_back(std::chrono::duration<double, std::micro>(taken).count());
        ++tally_.replies_by_status[status];
        if (status == 200) tally_.events_acknowledged += options_.events;
        connection.is_busy = false;
        --busy_;
    }

    const Options options_;
    std::vector<EventTemplate> templates_;
    UniqueFd epoll_;
    std::vector<Connection> connections_;
    std::deque<SteadyTime> waiting_;  ///< Open loop: due, no free connection yet.
    SteadyTime next_due_;
    std::uint64_t next_id_;
    std::size_t requests_ = 0;
    std::size_t busy_ = 0;
    double elapsed_ = 0;
    Tally tally_;
};

Options parse_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const char* value = argv[i + 1];
        if (name == "--port") options.port = static_cast<std::uint16_t>(std::atoi(value));
        if (name == "--events") options.events = std::strtoul(value, nullptr, 10);
        if (name == "--connections") options.connections = std::strtoul(value, nullptr, 10);
        if (name == "--seconds") options.seconds = std::atof(value);
        if (name == "--rate") options.rate = std::atof(value);
        if (name == "--print") options.printed = std::strtoul(value, nullptr, 10);
        if (name == "--headers") options.headers = value;
        if (name == "--gzip") options.is_gzip = std::atoi(value) != 0;
        if (name == "--first-id") options.first_id = std::strtoull(value, nullptr, 10);
    }
    ICE_CHECK(options.port != 0 || options.printed > 0, "--port or --print is needed");
    return options;
}

void print_bodies(const Options& options) {
    for (std::size_t i = 0; i < options.printed; ++i) {
        EventTemplate body(options.events, i + 1);
        body.renumber(options.first_id + i * options.events);
        std::puts(body.body().c_str());
    }
}

}  // namespace
}  // namespace icelight::bench

int main(int argc, char** argv) {
    const auto options = icelight::bench::parse_options(argc, argv);
    if (options.printed > 0) {
        icelight::bench::print_bodies(options);
        return 0;
    }
    icelight::bench::Load load(options);
    load.run();
    load.print();
    return 0;
}
