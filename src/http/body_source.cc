#include "http/body_source.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "base/completion.h"

namespace icelight::http {

class BodyPipe::State {
public:
    explicit State(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    bool write(std::string_view bytes, Deadline deadline) {
        std::unique_lock lock(mutex_);
        auto has_room = [this] {
            return unread_.size() < bytes_max_ || is_abandoned_;
        };
        if (!room_.wait_until(lock, deadline, has_room) || is_abandoned_) return false;
        unread_.append(bytes);
        wake(std::move(lock));
        return true;
    }

    void finish(Result<> outcome) {
        std::unique_lock lock(mutex_);
        if (outcome_) return;
        outcome_ = std::move(outcome);
        wake(std::move(lock));
    }

    /// Answers `done` now or as soon as there is something to say.
    void read(Completion<std::string> done) {
        std::unique_lock lock(mutex_);
        reader_ = std::move(done);
        wake(std::move(lock));
    }

    void abandon() {
        {
            const std::lock_guard lock(mutex_);
            is_abandoned_ = true;
        }
        room_.notify_all();
    }

private:
    void wake(std::unique_lock<std::mutex> lock) {
        if (!reader_ || (unread_.empty() && !outcome_)) return;
        Result<std::string> news = std::exchange(unread_, {});
        if (news->empty() && !outcome_->has_value()) news = tl::unexpected(outcome_->error());
        Completion<std::string> done = std::exchange(reader_, nullptr);
        lock.unlock();
        room_.notify_all();
        done(std::move(news));
    }

    // constant after construction
    const std::size_t bytes_max_;
    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable room_;
    std::string unread_;
    std::optional<Result<>> outcome_;
    Completion<std::string> reader_;
    bool is_abandoned_ = false;
};

BodyPipe::BodyPipe(std::size_t bytes_max) : state_(std::make_shared<State>(bytes_max)) {}

BodyPipe::~BodyPipe() {
    state_->abandon();
}

bool BodyPipe::write(std::string_view bytes, Deadline deadline) {
    return state_->write(bytes, deadline);
}

void BodyPipe::finish(Result<> outcome) {
    state_->finish(std::move(outcome));
}

boost::asio::awaitable<Result<std::string>> BodyPipe::read() {
    auto start = [state = state_](Completion<std::string> done) {
        state->read(std::move(done));
    };
    Result<std::string> piece = co_await await_completion<std::string>(std::move(start));
    co_return piece;
}

void BodyPipe::abandon() {
    state_->abandon();
}

}  // namespace icelight::http
