#include "base/byte_pipe.h"

#include <utility>

namespace icelight {

bool BytePipe::write(std::string_view bytes, Deadline deadline) {
    std::unique_lock lock(mutex_);
    auto has_room = [this] {
        return unread_.size() < bytes_max_ || is_abandoned_;
    };
    if (!room_.wait_until(lock, deadline, has_room) || is_abandoned_) return false;
    unread_.append(bytes);
    wake(std::move(lock));
    return true;
}

void BytePipe::finish(Result<> outcome) {
    std::unique_lock lock(mutex_);
    if (outcome_) return;
    outcome_ = std::move(outcome);
    wake(std::move(lock));
}

void BytePipe::read(Done done) {
    std::unique_lock lock(mutex_);
    reader_ = std::move(done);
    wake(std::move(lock));
}

void BytePipe::abandon() {
    {
        const std::lock_guard lock(mutex_);
        is_abandoned_ = true;
    }
    room_.notify_all();
}

void BytePipe::wake(std::unique_lock<std::mutex> lock) {
    if (!reader_ || (unread_.empty() && !outcome_)) return;
    Result<std::string> news = std::exchange(unread_, {});
    if (news->empty() && outcome_ && !outcome_->has_value())
        news = tl::unexpected(outcome_->error());
    Done done = std::exchange(reader_, nullptr);
    lock.unlock();
    room_.notify_all();
    done(std::move(news));
}

}  // namespace icelight
