#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/clock.h"
#include "http/net_thread_internal.h"

namespace icelight::http {

/// A socket with its unread input and its deadline.
///
/// Thread safety: its net thread only.
class Connection {
public:
    enum class Io : std::uint8_t { kOk, kClosed, kTimedOut };

    Connection(boost::asio::ip::tcp::socket socket, NetThread& thread);

    /// Bytes that came and were not consumed; valid until fill(), keep() or the next suspension.
    std::string_view unread() const { return unread_; }

    void consume(std::size_t bytes) { unread_.remove_prefix(bytes); }

    /// Must precede a suspension that is not one of this class's members.
    void keep();
    /// Waits for at least one more byte behind unread().
    boost::asio::awaitable<Io> fill();
    /// Sends all of both.
    boost::asio::awaitable<Io> write(std::string_view first, std::string_view second);
    /// Says no more, and reads what still comes for a moment, so that the peer gets the answer
    /// instead of a reset.
    boost::asio::awaitable<void> linger();

    /// What is waited for from now on ends at that time with kTimedOut.
    void set_deadline(std::chrono::milliseconds after);

    void clear_deadline() { deadline_.reset(); }

    /// Called by the sweep.
    void check_deadline(SteadyTime now);
    void cut();
    /// The peer closed its side, whatever of it is still unread. No wait.
    bool has_peer_left();

    const std::string& remote_address() const { return remote_address_; }

private:
    boost::asio::awaitable<Io> wait(boost::asio::ip::tcp::socket::wait_type what);

    boost::asio::ip::tcp::socket socket_;
    NetThread& thread_;
    std::string remote_address_;
    std::string_view unread_;  ///< In kept_ or in the thread's read buffer.
    std::string kept_;
    std::optional<SteadyTime> deadline_;
    bool is_timed_out_ = false;
    bool has_filled_ = false;  ///< The last read took all it might: the others' turn comes first.
};

}  // namespace icelight::http
