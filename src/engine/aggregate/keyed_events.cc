#include "engine/aggregate/keyed_events.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#include "base/ids.h"

namespace icelight::engine {
namespace {

constexpr std::uint32_t kFirstCapacity = 8;
constexpr std::uint32_t kCapacityMax = 1'024;
constexpr std::size_t kSlotsMin = 1'024;

using Secret = std::array<unsigned char, 192>;

const Secret& secret() {
    static const Secret random = [] {
        Secret bytes{};
        fill_random(bytes.data(), bytes.size());
        return bytes;
    }();
    return random;
}

}  // namespace

KeyHash hash_key(std::string_view key) {
    const Secret& bytes = secret();
    const auto hash = XXH3_128bits_withSecret(key.data(), key.size(), bytes.data(), bytes.size());
    return {hash.high64, hash.low64};
}

bool KeyedEvents::make_lists(AggregateArena& arena) {
    void* const memory = arena.allocate(sizeof(Lists));
    if (memory == nullptr) return false;
    lists_ = new (memory) Lists{};
    return true;
}

bool KeyedEvents::add_part(AggregateArena& arena, List& list) {
    const std::uint32_t capacity =
        list.tail == nullptr ? kFirstCapacity : std::min(2 * list.tail->capacity, kCapacityMax);
    void* const memory = arena.allocate(sizeof(Part) + capacity * sizeof(KeyedEvent));
    if (memory == nullptr) return false;
    auto* const part = new (memory) Part{nullptr, 0, capacity};
    (list.tail == nullptr ? list.head : list.tail->next) = part;
    list.tail = part;
    return true;
}

void KeyedEvents::take(const KeyedEvents& other) {
    if (other.lists_ == nullptr) return;
    if (lists_ == nullptr) {
        lists_ = other.lists_;
        return;
    }
    for (std::size_t i = 0; i < kLists; ++i) {
        List& target = (*lists_)[i];
        const List& source = (*other.lists_)[i];
        if (source.count == 0) continue;
        (target.tail == nullptr ? target.head : target.tail->next) = source.head;
        target.tail = source.tail;
        target.count += source.count;
    }
}

void KeyGroups::assign(const KeyedEvents::List& list) {
    slots_.assign(std::max(kSlotsMin, std::bit_ceil(list.count / 8)), 0);
    keys_.clear();
    ends_.clear();
    numbers_.clear();
    numbers_.reserve(list.count);
    for (auto* part = list.head; part != nullptr; part = part->next) {
        for (const KeyedEvent& event : std::span(part->events(), part->count)) {
            const std::uint32_t number = number_of(event.key);
            numbers_.push_back(number);
            ++ends_[number];
        }
    }
    std::uint32_t begin = 0;
    for (std::uint32_t& end : ends_) {
        begin += std::exchange(end, begin);
    }
    events_.resize(list.count);
    const std::uint32_t* number = numbers_.data();
    for (auto* part = list.head; part != nullptr; part = part->next) {
        for (const KeyedEvent& event : std::span(part->events(), part->count)) {
            events_[ends_[*number++]++] = event.event;
        }
    }
}

std::span<const Event> KeyGroups::sort(std::size_t group) {
    const auto begin = events_.begin() + (group == 0 ? 0 : ends_[group - 1]);
    const auto end = events_.begin() + ends_[group];
    if (!std::is_sorted(begin, end)) std::sort(begin, end);
    return {begin, end};
}

std::size_t KeyGroups::scratch_bytes(std::size_t count) {
    // As many keys as events at worst, of which a table has twice to eight times as many slots.
    constexpr std::size_t kKeyBytes = 2 * (sizeof(KeyHash) + sizeof(std::uint32_t)) + 32;
    return count * (sizeof(Event) + sizeof(std::uint32_t) + kKeyBytes);
}

/// The number of a key, which is a new one if it was not seen.
std::uint32_t KeyGroups::number_of(const KeyHash& key) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = key.low & mask;; slot = (slot + 1) & mask) {
        const std::uint32_t number = slots_[slot];
        if (number == 0) break;
        if (keys_[number - 1] == key) return number - 1;
    }
    if (2 * (keys_.size() + 1) > slots_.size()) grow();
    const auto number = static_cast<std::uint32_t>(keys_.size());
    keys_.push_back(key);
    ends_.push_back(0);
    place(number);
    return number;
}

void KeyGroups::grow() {
    slots_.assign(slots_.size() * 4, 0);
    for (std::uint32_t number = 0; number < keys_.size(); ++number) {
        place(number);
    }
}

void KeyGroups::place(std::uint32_t number) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = keys_[number].low & mask;
    while (slots_[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    slots_[slot] = number + 1;
}

}  // namespace icelight::engine
