#include <poll.h>

#include <array>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/connection_internal.h"

namespace icelight::http {
namespace {

using boost::asio::awaitable;
using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

/// What a connection may hold on to while it waits for its next request.
constexpr std::size_t kIdleBytesMax = 1024;
/// What is read and thrown away after a last answer.
constexpr std::size_t kLingerBytesMax = 8 << 20;

std::string address_of(const tcp::socket& socket) {
    boost::system::error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return {};
    boost::asio::ip::address address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

bool would_block(const boost::system::error_code& error) {
    return error == boost::asio::error::would_block || error == boost::asio::error::try_again;
}

}  // namespace

Connection::Connection(tcp::socket socket, NetThread& thread)
    : socket_(std::move(socket)), thread_(thread), remote_address_(address_of(socket_)) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
}

void Connection::keep() {
    if (unread_.empty()) {
        kept_.clear();
        if (kept_.capacity() > kIdleBytesMax) kept_.shrink_to_fit();
        unread_ = kept_;
        return;
    }
    const bool is_kept =
        unread_.data() >= kept_.data() && unread_.data() < kept_.data() + kept_.size();
    if (is_kept) return;
    kept_.assign(unread_);
    unread_ = kept_;
}

awaitable<Connection::Io> Connection::fill() {
    keep();
    if (std::exchange(has_filled_, false))
        co_await boost::asio::post(socket_.get_executor(), boost::asio::use_awaitable);
    const auto room = boost::asio::buffer(thread_.read_buffer(), NetThread::kReadBytes);
    boost::system::error_code error;
    std::size_t bytes = socket_.read_some(room, error);
    while (would_block(error)) {
        const Io waited = co_await wait(tcp::socket::wait_read);
        if (waited != Io::kOk) co_return waited;
        error = {};
        bytes = socket_.read_some(room, error);
    }
    if (error || bytes == 0) co_return Io::kClosed;
    has_filled_ = bytes == NetThread::kReadBytes;
    if (kept_.empty()) {
        unread_ = {thread_.read_buffer(), bytes};
    } else {
        // Now and not when it was consumed: pipelined requests would move the rest each time.
        kept_.erase(0, kept_.size() - unread_.size());
        kept_.append(thread_.read_buffer(), bytes);
        unread_ = kept_;
    }
    co_return Io::kOk;
}

awaitable<Connection::Io> Connection::write(std::string_view first, std::string_view second) {
    keep();
    set_deadline(thread_.shared().limits.write_timeout);
    while (!first.empty() || !second.empty()) {
        const std::array buffers = {boost::asio::buffer(first.data(), first.size()),
                                    boost::asio::buffer(second.data(), second.size())};
        boost::system::error_code error;
        const std::size_t sent = socket_.write_some(buffers, error);
        if (would_block(error)) {
            const Io waited = co_await wait(tcp::socket::wait_write);
            if (waited != Io::kOk) co_return waited;
            continue;
        }
        if (error) co_return Io::kClosed;
        set_deadline(thread_.shared().limits.write_timeout);
        const std::size_t of_first = std::min(sent, first.size());
        first.remove_prefix(of_first);
        second.remove_prefix(sent - of_first);
    }
    clear_deadline();
    co_return Io::kOk;
}

awaitable<void> Connection::linger() {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    set_deadline(thread_.shared().limits.linger_timeout);
    std::size_t read = 0;
    while (read < kLingerBytesMax) {
        consume(unread().size());
        const Io filled = co_await fill();
        if (filled != Io::kOk) break;
        read += unread().size();
    }
    clear_deadline();
}

awaitable<Connection::Io> Connection::wait(tcp::socket::wait_type what) {
    boost::system::error_code error;
    // The deadline may have passed while nothing was there to be cancelled.
    if (!is_timed_out_) std::tie(error) = co_await socket_.async_wait(what, kAwait);
    if (is_timed_out_) {
        // Once: the answer that says so has its own deadline.
        is_timed_out_ = false;
        co_return Io::kTimedOut;
    }
    if (error) co_return Io::kClosed;
    co_return Io::kOk;
}

void Connection::set_deadline(std::chrono::milliseconds after) {
    deadline_ = thread_.shared().clock.steady() + after;
}

void Connection::check_deadline(SteadyTime now) {
    if (!deadline_ || now < *deadline_) return;
    deadline_.reset();
    is_timed_out_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

bool Connection::has_peer_left() {
    pollfd entry{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&entry, 1, 0) > 0;
}

void Connection::cut() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace icelight::http
