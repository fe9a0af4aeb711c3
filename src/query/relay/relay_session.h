#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/clock.h"
#include "base/worker_pool.h"
#include "query/relay/relay.h"

namespace icelight::query {

/// One connection of a worker to the relay, and the one it asked for.
///
/// Threads: the relay's. Lifetime: its coroutines hold it; options, rules and resolvers outlive it.
class RelaySession : public std::enable_shared_from_this<RelaySession> {
public:
    RelaySession(boost::asio::ip::tcp::socket client,
                 const RelayOptions& options,
                 const RelayRules& rules,
                 icelight::WorkerPool& resolvers);
    ~RelaySession();
    RelaySession(const RelaySession&) = delete;
    RelaySession& operator=(const RelaySession&) = delete;

    /// Starts its coroutines.
    static void start(const std::shared_ptr<RelaySession>& session);

private:
    using Socket = boost::asio::ip::tcp::socket;
    using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
    using Session = std::shared_ptr<RelaySession>;

    static boost::asio::awaitable<void> serve(Session session);
    static boost::asio::awaitable<void> watch(Session session);
    static boost::asio::awaitable<void> await_end(Session session);
    static boost::asio::awaitable<void> pump(Session session, Socket* from, Socket* to);
    boost::asio::awaitable<void> answer();
    boost::asio::awaitable<Result<Endpoints>> resolve(RelayTarget target);
    boost::asio::awaitable<bool> connect(RelayTarget target);
    boost::asio::awaitable<void> tunnel();
    boost::asio::awaitable<void> forward(RelayRequest request);
    boost::asio::awaitable<bool> forward_body(std::uint64_t left);
    boost::asio::awaitable<bool> forward_answer();
    boost::asio::awaitable<bool> read_head(Socket* from);
    boost::asio::awaitable<bool> write(Socket* to, std::string bytes);
    boost::asio::awaitable<void> refuse(Error error);
    boost::asio::awaitable<void> refuse_status(int status, std::string reason);
    void expect_within(std::chrono::milliseconds time);
    void close();

    const RelayOptions& options_;
    const RelayRules& rules_;
    Socket client_;
    Socket server_;
    icelight::WorkerPool& resolvers_;
    boost::asio::steady_timer watchdog_;
    const Deadline end_at_;
    Deadline idle_until_;
    bool is_closed_ = false;
    std::string unread_;  ///< What came behind the head that was read last.
    std::string head_;    ///< That was read last.
};

}  // namespace icelight::query
