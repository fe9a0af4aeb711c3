#include "http/listener.h"

#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "base/spawn.h"
#include "base/worker_pool.h"
#include "http/net_thread_internal.h"
#include "http/session_internal.h"
#include "http/telemetry.h"

namespace icelight::http {
namespace {

using boost::asio::awaitable;
using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kAcceptRetry{100};
constexpr std::string_view kTooManyAnswer =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

tl::unexpected<Error> fail_to_listen(const ListenerOptions& options,
                                     const boost::system::error_code& error) {
    ErrorCode code = ErrorCode::kIo;
    if (error == boost::asio::error::address_in_use) code = ErrorCode::kAlreadyExists;
    if (error == boost::asio::error::access_denied) code = ErrorCode::kForbidden;
    if (error == boost::system::errc::address_not_available) code = ErrorCode::kInvalidArgument;
    return fail(
        code,
        fmt::format("cannot listen on {}:{}: {}", options.address, options.port, error.message()));
}

}  // namespace

class Listener::Impl {
public:
    Impl(ListenerOptions options, const Clock& clock)
        : options_(std::move(options)), clock_(clock), acceptor_(accept_context_) {}

    Result<> open() {
        boost::system::error_code error;
        const auto address = boost::asio::ip::make_address(options_.address, error);
        if (error) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("'{}' is not a numeric IP address", options_.address));
        }
        const tcp::endpoint endpoint(address, options_.port);
        acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(boost::asio::socket_base::reuse_address(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        if (!error) acceptor_.listen(kBacklog, error);
        if (error) return fail_to_listen(options_, error);
        endpoint_ = acceptor_.local_endpoint(error);
        return {};
    }

    void serve(std::shared_ptr<const Router> router) {
        ICE_CHECK(threads_.empty(), "serve() is called once");
        shared_ = std::make_shared<Shared>(options_.limits, std::move(router), clock_);
        for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i)
            threads_.push_back(std::make_unique<NetThread>(shared_, i));
        for (auto& thread : threads_)
            thread->start();
        spawn(accept_context_.get_executor(), "accept", accept_all());
        accept_thread_ = std::thread([this] {
            name_this_thread("accept");
            accept_context_.run();
        });
        telemetry::listening(endpoint_.address().to_string(), endpoint_.port());
    }

    Result<> close(Deadline deadline) {
        if (accept_thread_.joinable()) {
            boost::asio::post(accept_context_, [this] {
                boost::system::error_code ignored;
                acceptor_.close(ignored);
                accept_context_.stop();
            });
            accept_thread_.join();
        }
        if (!shared_) return {};
        shared_->is_closing = true;
        for (auto& thread : threads_)
            thread->drain();
        shared_->connections.wait_empty(deadline);
        const std::size_t left = shared_->connections.inside();
        for (auto& thread : threads_)
            thread->stop();
        if (left == 0) return {};
        return fail(ErrorCode::kTimeout, fmt::format("{} connections were cut off", left));
    }

    const tcp::endpoint& endpoint() const { return endpoint_; }

    std::size_t connections() const { return shared_ ? shared_->connections.inside() : 0; }

private:
    /// A connection on its way to its net thread.
    struct Guest {
        tcp::socket socket;
        Gate::Pass pass;
    };

    awaitable<void> accept_all() {
        boost::asio::steady_timer retry(accept_context_);
        for (std::size_t turn = 0;; ++turn) {
            NetThread& thread = *threads_[turn % threads_.size()];
            auto [error, socket] = co_await acceptor_.async_accept(thread.context(), kAwait);
            if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) co_return;
            if (error) {
                telemetry::accept_failed(error.message());
                retry.expires_after(kAcceptRetry);
                co_await retry.async_wait(kAwait);
                continue;
            }
            admit(std::move(socket), thread);
        }
    }

    void admit(tcp::socket socket, NetThread& thread) {
        auto pass = shared_->connections.find_pass();
        if (!pass) return;
        if (shared_->connections.inside() > options_.limits.connections_max) {
            telemetry::connection_refused("too many connections");
            boost::system::error_code ignored;
            socket.non_blocking(true, ignored);
            socket.write_some(boost::asio::buffer(kTooManyAnswer), ignored);
            return;
        }
        auto guest = std::make_shared<Guest>(Guest{std::move(socket), std::move(*pass)});
        boost::asio::post(thread.context(), [guest, &thread] {
            auto session =
                std::make_unique<Session>(std::move(guest->socket), thread, std::move(guest->pass));
            spawn(thread.context().get_executor(), "session", Session::run(std::move(session)));
        });
    }

    const ListenerOptions options_;
    const Clock& clock_;
    std::shared_ptr<Shared> shared_;
    std::vector<std::unique_ptr<NetThread>> threads_;
    // After threads_: an accept under way holds a socket of a net thread, and is destroyed first.
    boost::asio::io_context accept_context_{1};
    tcp::acceptor acceptor_;
    tcp::endpoint endpoint_;
    std::thread accept_thread_;
};

Result<std::unique_ptr<Listener>> Listener::open(ListenerOptions options, const Clock& clock) {
    auto impl = std::make_unique<Impl>(std::move(options), clock);
    ICE_TRY(impl->open());
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() = default;

void Listener::serve(std::shared_ptr<const Router> router) {
    impl_->serve(std::move(router));
}

std::string Listener::address() const {
    const auto address = impl_->endpoint().address();
    if (address.is_v6()) return fmt::format("[{}]:{}", address.to_string(), port());
    return fmt::format("{}:{}", address.to_string(), port());
}

std::uint16_t Listener::port() const {
    return impl_->endpoint().port();
}

std::size_t Listener::connections() const {
    return impl_->connections();
}

Result<> Listener::close(Deadline deadline) {
    return impl_->close(deadline);
}

}  // namespace icelight::http
