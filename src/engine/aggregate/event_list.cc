#include "engine/aggregate/event_list.h"

#include <algorithm>

namespace icelight::engine {
namespace {

/// Most groups are small: the first part fills two cache lines with its header.
constexpr std::uint32_t kFirstCapacity = 3;
constexpr std::uint32_t kCapacityMax = 1'024;

}  // namespace

bool EventList::add_part(AggregateArena& arena) {
    const std::uint32_t capacity =
        tail == nullptr ? kFirstCapacity : std::min(2 * tail->capacity, kCapacityMax);
    void* const memory = arena.allocate(sizeof(Part) + capacity * sizeof(Event));
    if (memory == nullptr) return false;
    auto* const part = new (memory) Part{nullptr, 0, capacity};
    (tail == nullptr ? head : tail->next) = part;
    tail = part;
    return true;
}

void EventList::take(const EventList& other) {
    if (other.count == 0) return;
    if (count == 0) {
        *this = other;
        return;
    }
    tail->next = other.head;
    tail = other.tail;
    count += other.count;
}

std::span<Event> EventList::gather(std::vector<Event>& scratch) {
    if (count == 0) return {};
    if (head == tail) return {head->events(), head->count};
    scratch.clear();
    scratch.reserve(count);
    for (Part* part = head; part != nullptr; part = part->next) {
        scratch.insert(scratch.end(), part->events(), part->events() + part->count);
    }
    return scratch;
}

std::span<Event> EventList::sort(std::vector<Event>& scratch) {
    const auto events = gather(scratch);
    if (!std::is_sorted(events.begin(), events.end())) std::sort(events.begin(), events.end());
    return events;
}

}  // namespace icelight::engine
