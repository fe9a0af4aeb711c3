#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/clock.h"
#include "base/gate.h"
#include "http/limits.h"
#include "http/router.h"

namespace icelight::http {

class Session;

/// What all connections of a listener share.
struct Shared {
    Limits limits;
    std::shared_ptr<const Router> router;
    const Clock& clock;
    std::atomic<std::size_t> bodies_bytes{0};  ///< Request bodies in memory.
    Gate connections;                          ///< Closed: no more are taken.
    std::atomic<bool> is_closing{false};

    Shared(Limits some_limits, std::shared_ptr<const Router> some_router, const Clock& a_clock)
        : limits(some_limits), router(std::move(some_router)), clock(a_clock) {}
};

/// One event loop, its connections, and the one read buffer they share.
///
/// The buffer is only used between a read and the next suspension: an idle connection holds no
/// buffer at all. One timer looks at all deadlines, so that a request costs none.
/// Thread safety: only start(), stop() and context() from other threads.
class NetThread {
public:
    static constexpr std::size_t kReadBytes = 256 << 10;

    NetThread(std::shared_ptr<Shared> shared, std::size_t index);
    ~NetThread();  // NOLINT(bugprone-exception-escape): see its body.
    NetThread(const NetThread&) = delete;
    NetThread& operator=(const NetThread&) = delete;

    void start();
    /// Closes connections that wait for a request; the others close after their answer.
    void drain();
    /// Cuts whatever is left, ends the loop and joins the thread.
    void stop();

    boost::asio::io_context& context() { return context_; }

    Shared& shared() { return *shared_; }

    char* read_buffer() { return read_buffer_.get(); }

    void add(Session* session) { sessions_.insert(session); }

    void remove(Session* session) { sessions_.erase(session); }

    /// "Tue, 24 Nov 2026 02:44:22 GMT", made once a second.
    const std::string& date();

private:
    void sweep_later();
    void sweep();

    std::shared_ptr<Shared> shared_;
    const std::string name_;
    std::unique_ptr<char[]> read_buffer_;
    std::unordered_set<Session*> sessions_;
    std::string date_;
    std::int64_t date_second_ = -1;
    // Behind all that sessions use: its destruction ends those that are left.
    boost::asio::io_context context_{1};
    boost::asio::steady_timer sweep_timer_{context_};
    std::thread thread_;
};

}  // namespace icelight::http
