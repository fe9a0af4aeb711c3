#include "catalog/pins.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace icelight::catalog {

Pin::Pin(Pin&& other) noexcept
    : registry_(std::exchange(other.registry_, nullptr)), key_(other.key_) {}

Pin& Pin::operator=(Pin&& other) noexcept {
    if (this != &other) {
        if (registry_ != nullptr) registry_->drop(key_);
        registry_ = std::exchange(other.registry_, nullptr);
        key_ = other.key_;
    }
    return *this;
}

Pin::~Pin() {
    if (registry_ != nullptr) registry_->drop(key_);
}

Pin PinRegistry::pin() {
    const std::lock_guard lock(mutex_);
    const Pin::Key key{next_offset_, epoch_};
    offsets_.insert(key.offset);
    epochs_.insert(key.epoch);
    return Pin(this, key);
}

std::uint64_t PinRegistry::lowest_offset() const {
    const std::lock_guard lock(mutex_);
    return offsets_.empty() ? next_offset_ : std::min(next_offset_, *offsets_.begin());
}

std::uint64_t PinRegistry::lowest_epoch() const {
    const std::lock_guard lock(mutex_);
    return epochs_.empty() ? epoch_ : *epochs_.begin();
}

std::uint64_t PinRegistry::next_offset() const {
    const std::lock_guard lock(mutex_);
    return next_offset_;
}

std::uint64_t PinRegistry::epoch() const {
    const std::lock_guard lock(mutex_);
    return epoch_;
}

std::size_t PinRegistry::count() const {
    const std::lock_guard lock(mutex_);
    return epochs_.size();
}

void PinRegistry::advance(std::uint64_t next_offset) {
    const std::lock_guard lock(mutex_);
    ICE_CHECK(next_offset >= next_offset_, "the published watermark went down");
    next_offset_ = next_offset;
    ++epoch_;
}

void PinRegistry::drop(const Pin::Key& key) {
    const std::lock_guard lock(mutex_);
    offsets_.erase(offsets_.find(key.offset));
    epochs_.erase(epochs_.find(key.epoch));
}

}  // namespace icelight::catalog
