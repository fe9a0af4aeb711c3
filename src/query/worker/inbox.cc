#include "query/worker/inbox.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "query/worker/protocol.h"

namespace icelight::query {
namespace {

constexpr int kIdleMs = 60'000;
constexpr int kInterruptEveryMs = 5;
/// The server sends one message and waits; a second one may overtake the end of the first.
constexpr std::size_t kFramesMax = 4;
/// A server that stops in the middle of a frame is gone.
constexpr std::chrono::milliseconds kFrameTime{10'000};

}  // namespace

Inbox::Inbox(int fd, std::function<void()> interrupt) : fd_(fd), interrupt_(std::move(interrupt)) {}

void Inbox::start() {
    std::thread([this] { listen(); }).detach();
}

Frame Inbox::wait() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !frames_.empty(); });
    Frame frame = std::move(frames_.front());
    frames_.pop_front();
    return frame;
}

void Inbox::finish() {
    is_running_ = false;
}

int Inbox::wait_ms() const {
    if (!is_running_) return kIdleMs;
    if (is_stopped()) return kInterruptEveryMs;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - system_clock().steady());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kIdleMs));
}

void Inbox::listen() {
    while (true) {
        pollfd entry{fd_, POLLIN, 0};
        const int ready = ::poll(&entry, 1, wait_ms());
        if (is_running_ && !is_stopped() && system_clock().steady() >= deadline_) {
            stop_reason_ = StopReason::kDeadline;
        }
        if (is_running_ && is_stopped()) interrupt_();
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        auto frame = read_frame(fd_, deadline_in(kFrameTime));
        if (!frame) ::_exit(0);
        take(std::move(*frame));
    }
}

void Inbox::take(Frame frame) {
    const auto message = static_cast<Message>(frame.type);
    if (message == Message::kCancel) {
        if (is_running_ && !is_stopped()) stop_reason_ = StopReason::kCancelled;
        return;
    }
    if (message == Message::kGiveUp) {
        finish();
        return;
    }
    if (message == Message::kPrepare) {
        const auto prepare = decode_prepare(frame.payload);
        if (!prepare) ::_exit(1);
        started_ = system_clock().steady();
        deadline_ = started_.load() + prepare->timeout;
        stop_reason_ = StopReason::kNone;
        is_running_ = true;
    }
    const std::lock_guard lock(mutex_);
    if (frames_.size() >= kFramesMax) ::_exit(1);
    frames_.push_back(std::move(frame));
    arrived_.notify_one();
}

}  // namespace icelight::query
