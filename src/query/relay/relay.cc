#include "query/relay/relay.h"

#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ids.h"
#include "base/spawn.h"
#include "base/worker_pool.h"
#include "query/relay/relay_session.h"
#include "query/telemetry.h"

namespace icelight::query {
namespace {

using boost::asio::awaitable;
using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptRetry{100};
constexpr std::size_t kResolvers = 4;

/// 32 hex digits.
std::string make_password() {
    Uuid random;
    fill_random(random.bytes.data(), random.bytes.size());
    auto text = random.text();
    std::erase(text, '-');
    return text;
}

}  // namespace

class Relay::Impl {
public:
    explicit Impl(RelayOptions options)
        : options_(std::move(options)),
          rules_{make_password(), options_.targets},
          work_(context_.get_executor()) {
        thread_ = std::thread([this] {
            name_this_thread("relay");
            context_.run();
        });
    }

    ~Impl() {
        context_.stop();
        thread_.join();
        // What was found out in the meantime is for nobody.
        resolvers_.close();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::unique_ptr<Door> open_door(UniqueFd listener) {
        const std::size_t number = ++last_door_;
        auto socket = std::make_shared<UniqueFd>(std::move(listener));
        boost::asio::post(context_, [this, number, socket] {
            auto door = std::make_shared<tcp::acceptor>(context_);
            boost::system::error_code error;
            door->assign(tcp::v4(), socket->number(), error);
            if (error) return;
            socket->release();
            doors_[number] = door;
            spawn(context_.get_executor(), "relay door", accept_all(door));
        });
        return std::make_unique<Door>(*this, number);
    }

    void close_door(std::size_t number) {
        boost::asio::post(context_, [this, number] {
            const auto door = doors_.find(number);
            if (door == doors_.end()) return;
            boost::system::error_code ignored;
            door->second->close(ignored);
            doors_.erase(door);
        });
    }

    const std::string& password() const { return rules_.password; }

private:
    awaitable<void> accept_all(std::shared_ptr<tcp::acceptor> door) {
        boost::asio::steady_timer retry(context_);
        while (door->is_open()) {
            auto [error, socket] = co_await door->async_accept(context_, kAwait);
            if (!door->is_open()) co_return;
            if (error) {
                retry.expires_after(kAcceptRetry);
                co_await retry.async_wait(kAwait);
                continue;
            }
            admit(std::move(socket));
        }
    }

    void admit(tcp::socket socket) {
        std::erase_if(sessions_, [](const auto& session) { return session.expired(); });
        if (sessions_.size() >= kRelayConnectionsMax) {
            telemetry::relay_refused("busy", "");
            return;
        }
        auto session =
            std::make_shared<RelaySession>(std::move(socket), options_, rules_, resolvers_);
        sessions_.push_back(session);
        RelaySession::start(session);
    }

    const RelayOptions options_;
    const RelayRules rules_;
    std::atomic<std::size_t> last_door_{0};
    /// Names that nobody answers for must not hold up the others.
    icelight::WorkerPool resolvers_{"relay-dns", kResolvers, kRelayConnectionsMax};
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    // The relay's thread only.
    std::map<std::size_t, std::shared_ptr<tcp::acceptor>> doors_;
    std::vector<std::weak_ptr<RelaySession>> sessions_;
    std::thread thread_;
};

Relay::Relay(RelayOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Relay::~Relay() = default;

std::unique_ptr<Relay::Door> Relay::open_door(UniqueFd listener) {
    return impl_->open_door(std::move(listener));
}

const std::string& Relay::password() const {
    return impl_->password();
}

// NOLINTNEXTLINE(bugprone-exception-escape): posting allocates; without memory all is over anyway.
Relay::Door::~Door() {
    relay_.close_door(number_);
}

}  // namespace icelight::query
