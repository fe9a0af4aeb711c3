#include <ctime>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/worker_pool.h"
#include "http/net_thread_internal.h"
#include "http/session_internal.h"

namespace icelight::http {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

/// RFC 9110, section 5.6.7.
std::string format_date(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    const std::size_t bytes =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), bytes};
}

}  // namespace

NetThread::NetThread(std::shared_ptr<Shared> shared, std::size_t index)
    : shared_(std::move(shared)),
      name_(fmt::format("net-{}", index)),
      read_buffer_(std::make_unique_for_overwrite<char[]>(kReadBytes)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): posting allocates; without memory all is over anyway.
NetThread::~NetThread() {
    stop();
}

void NetThread::start() {
    sweep_later();
    thread_ = std::thread([this] {
        name_this_thread(name_);
        context_.run();
    });
}

void NetThread::drain() {
    boost::asio::post(context_, [this] {
        const std::vector<Session*> sessions(sessions_.begin(), sessions_.end());
        for (Session* session : sessions)
            session->drain();
    });
}

void NetThread::stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(context_, [this] { context_.stop(); });
    thread_.join();
    // What is left of the coroutines is destroyed with the context.
}

const std::string& NetThread::date() {
    const std::int64_t second = shared_->clock.now_us() / kMicrosPerSecond;
    if (second != date_second_) {
        date_second_ = second;
        date_ = format_date(second);
    }
    return date_;
}

void NetThread::sweep_later() {
    sweep_timer_.expires_after(shared_->limits.sweep_interval);
    sweep_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) sweep();
    });
}

void NetThread::sweep() {
    const SteadyTime now = shared_->clock.steady();
    for (Session* session : sessions_) {
        session->connection().check_deadline(now);
        session->check_departure();
    }
    sweep_later();
}

}  // namespace icelight::http
