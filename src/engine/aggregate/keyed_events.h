#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/aggregate/aggregate_memory.h"
#include "engine/aggregate/event_list.h"

/// Events of many keys in one state: what a state for every key costs is saved.
///
/// Keys are told apart by 128 bits of XXH3 with a secret that is random in every process, so that
/// nobody can choose keys that meet; that two of a million do by chance has odds of 1 to 10^26.
namespace icelight::engine {

struct KeyHash {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    bool operator==(const KeyHash&) const = default;
};

KeyHash hash_key(std::string_view key);

struct KeyedEvent {
    KeyHash key;
    Event event;
};

/// Events in parts that an arena owns, spread by their keys' hashes so that those of one list fit a
/// processor's cache. All zero is the empty one, and it may be moved by bytes.
class KeyedEvents {
public:
    static constexpr std::size_t kLists = 256;

    struct Part {
        Part* next;
        std::uint32_t count;
        std::uint32_t capacity;

        KeyedEvent* events() { return reinterpret_cast<KeyedEvent*>(this + 1); }
    };

    struct List {
        Part* head;
        Part* tail;
        std::uint64_t count;
    };

    /// False: the memory's limit is reached.
    bool add(AggregateArena& arena, const KeyedEvent& event) {
        if (lists_ == nullptr && !make_lists(arena)) return false;
        List& list = (*lists_)[event.key.high >> 56];
        if (list.tail == nullptr || list.tail->count == list.tail->capacity) {
            if (!add_part(arena, list)) return false;
        }
        list.tail->events()[list.tail->count++] = event;
        ++list.count;
        return true;
    }

    /// Takes the other's parts, which must not be used after.
    void take(const KeyedEvents& other);

    /// All events of a key are in one of them.
    std::span<const List> lists() const {
        return lists_ == nullptr ? std::span<const List>() : std::span<const List>(*lists_);
    }

private:
    using Lists = std::array<List, kLists>;

    bool make_lists(AggregateArena& arena);
    static bool add_part(AggregateArena& arena, List& list);

    Lists* lists_;
};

/// Puts the events of equal keys side by side; keeps its memory between lists. Thread safety: none.
class KeyGroups {
public:
    /// @param list  of at most 2^32 - 16 events.
    void assign(const KeyedEvents::List& list);

    std::size_t size() const { return ends_.size(); }

    /// The events of one key, in order. Valid until the next assign().
    std::span<const Event> sort(std::size_t group);

    /// Bytes that grouping `count` events may take.
    static std::size_t scratch_bytes(std::size_t count);

private:
    std::uint32_t number_of(const KeyHash& key);
    void grow();
    void place(std::uint32_t number);

    std::vector<std::uint32_t> slots_;    ///< Open addressing: a key's number + 1; 0 is free.
    std::vector<KeyHash> keys_;           ///< By number.
    std::vector<std::uint32_t> numbers_;  ///< Of the events' keys, in the order of the list.
    std::vector<std::uint32_t> ends_;     ///< By number: where the key's events end.
    std::vector<Event> events_;
};

}  // namespace icelight::engine
