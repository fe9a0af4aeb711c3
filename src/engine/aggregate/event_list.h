#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "engine/aggregate/aggregate_memory.h"

namespace icelight::engine {

/// One row of a group. Events are in total order by time, then position, then bits.
struct Event {
    std::int64_t time = 0;      ///< Microseconds.
    std::int64_t position = 0;  ///< Breaks ties: the order of arrival. Unknown: kNoPosition.
    std::uint64_t bits = 0;     ///< What the aggregate needs to know of it.

    bool operator==(const Event&) const = default;

    bool operator<(const Event& other) const {
        if (time != other.time) return time < other.time;
        if (position != other.position) return position < other.position;
        return bits < other.bits;
    }
};

inline constexpr std::int64_t kNoPosition = std::numeric_limits<std::int64_t>::min();

/// The events of a group as its states hold them: chunks in an arena, which owns them. All zero is
/// the empty list, and it may be moved by bytes.
struct EventList {
    struct Part {
        Part* next;
        std::uint32_t count;
        std::uint32_t capacity;

        Event* events() { return reinterpret_cast<Event*>(this + 1); }
    };

    Part* head;
    Part* tail;
    std::uint64_t count;

    /// False: the memory's limit is reached.
    bool add(AggregateArena& arena, const Event& event) {
        if (tail == nullptr || tail->count == tail->capacity) {
            if (!add_part(arena)) return false;
        }
        tail->events()[tail->count++] = event;
        ++count;
        return true;
    }

    /// Takes the other's parts, which must not be used after.
    void take(const EventList& other);

    /// The events in order: those of the only part, sorted where they are, or a copy in `scratch`.
    std::span<Event> sort(std::vector<Event>& scratch);

    /// The events in no order, in one piece.
    std::span<Event> gather(std::vector<Event>& scratch);

private:
    bool add_part(AggregateArena& arena);
};

}  // namespace icelight::engine
