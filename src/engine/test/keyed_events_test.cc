#include "engine/aggregate/keyed_events.h"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/test/random_log.h"

namespace icelight::engine {
namespace {

Event event(std::int64_t time, std::int64_t position) {
    return {time, position, 1};
}

class KeyedEventsTest : public ::testing::Test {
protected:
    void add(KeyedEvents& events, const std::string& key, const Event& event) {
        ASSERT_TRUE(events.add(arena_, {hash_key(key), event}));
    }

    /// The sorted events of each key; keys by the first position, as those are distinct here.
    static std::map<std::int64_t, std::vector<Event>> groups_of(const KeyedEvents& events) {
        std::map<std::int64_t, std::vector<Event>> found;
        KeyGroups groups;
        for (const auto& list : events.lists()) {
            groups.assign(list);
            for (std::size_t i = 0; i < groups.size(); ++i) {
                const auto sorted = groups.sort(i);
                found.emplace(sorted.front().position,
                              std::vector<Event>(sorted.begin(), sorted.end()));
            }
        }
        return found;
    }

    AggregateMemory memory_{64u << 20};
    AggregateArena arena_{memory_};
};

TEST_F(KeyedEventsTest, EveryKeyHasItsOwnEventsInOrder) {
    testing::RandomLog random(11, testing::Mode::kNoWindow);
    std::map<std::string, std::vector<Event>> expected;
    KeyedEvents parts[2] = {};
    for (std::int64_t position = 0; position < 60'000; ++position) {
        // Few keys have most events, most have one or two.
        const auto key = "user " + std::to_string(random.below(1 + random.below(30'000)));
        const Event made = event(random.below(40), position);
        expected[key].push_back(made);
        add(parts[position % 3 == 0 ? 1 : 0], key, made);
    }
    parts[0].take(parts[1]);
    std::map<std::int64_t, std::vector<Event>> sorted;
    for (auto& [key, events] : expected) {
        std::sort(events.begin(), events.end());
        sorted.emplace(events.front().position, events);
    }
    EXPECT_GT(sorted.size(), 9'000u);
    EXPECT_EQ(groups_of(parts[0]), sorted);
}

TEST_F(KeyedEventsTest, OneListOfManyKeysGrowsItsTable) {
    // All in the first list, which begins with 1,024 slots.
    KeyedEvents events = {};
    for (std::uint64_t i = 0; i < 5'000; ++i) {
        const KeyHash key{i, 7};  // The low half is that of all: the whole key must be compared.
        const auto position = static_cast<std::int64_t>(i);
        ASSERT_TRUE(events.add(arena_, {key, event(2, position)}));
        ASSERT_TRUE(events.add(arena_, {key, event(1, position)}));
    }
    KeyGroups groups;
    groups.assign(events.lists().front());
    ASSERT_EQ(groups.size(), 5'000u);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto position = static_cast<std::int64_t>(i);
        const auto sorted = groups.sort(i);
        ASSERT_EQ(std::vector<Event>(sorted.begin(), sorted.end()),
                  (std::vector<Event>{event(1, position), event(2, position)}));
    }
}

TEST_F(KeyedEventsTest, NothingTakenOfNothingIsNothing) {
    KeyedEvents target = {};
    KeyedEvents source = {};
    target.take(source);
    EXPECT_TRUE(target.lists().empty());
    add(source, "a", event(1, 1));
    target.take(source);
    source = {};
    target.take(source);
    EXPECT_EQ(groups_of(target).size(), 1u);
}

TEST_F(KeyedEventsTest, AnAddBeyondTheMemoryIsRefused) {
    AggregateMemory little(2u << 20);
    AggregateArena arena(little);
    KeyedEvents events = {};
    std::size_t added = 0;
    while (events.add(arena, {hash_key(std::to_string(added)), event(1, 1)})) {
        ++added;
        ASSERT_LT(added, 100'000u);
    }
    EXPECT_GT(added, 10'000u);
}

TEST(KeyHash, EqualKeysAreEqualAndOthersAreNot) {
    EXPECT_EQ(hash_key("user"), hash_key(std::string("us") + "er"));
    EXPECT_NE(hash_key("user"), hash_key("user "));
    EXPECT_NE(hash_key(""), hash_key(std::string(1, '\0')));
    EXPECT_NE(hash_key("user").high, hash_key("user").low);
}

}  // namespace
}  // namespace icelight::engine
