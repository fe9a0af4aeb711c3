#include "event/shared_members.h"

#include <gtest/gtest.h>

#include "event/testing/corpus.h"
#include "event/testing/json_reader.h"

namespace icelight::event {
namespace {

std::string merge(std::string_view shared, std::string_view own) {
    SharedMembers members;
    members.reset(shared);
    std::string out;
    members.append_missing(own, out);
    return out;
}

TEST(SharedMembers, AreAppendedAfterTheOwnBytes) {
    EXPECT_EQ(merge(R"({"a": 1, "b":[2 ]})", R"({ "z" : 0 })"), R"({ "z" : 0 ,"a": 1,"b":[2 ]})");
    EXPECT_EQ(merge(R"({"a":1})", "{}"), R"({"a":1})");
    EXPECT_EQ(merge(R"({"a":1})", "{ }"), R"({ "a":1})");
    EXPECT_EQ(merge(R"({"a": 1})", ""), R"({"a": 1})");
}

TEST(SharedMembers, GiveWayToOwnMembersWhateverTheirSpelling) {
    EXPECT_EQ(merge(R"({"a":1,"b":2})", R"({"\u0061":null})"), R"({"\u0061":null,"b":2})");
    EXPECT_EQ(merge(R"({"\u0061":1})", R"({"a":"}"})"), R"({"a":"}"})");
}

TEST(SharedMembers, LeaveValuesAloneThatAreNoObjects) {
    EXPECT_EQ(merge(R"({"a":1})", "[1]"), "[1]");
    EXPECT_EQ(merge(R"({"a":1})", R"("x")"), R"("x")");
}

TEST(SharedMembers, ForgetTheOwnMembersOfThePreviousEvent) {
    SharedMembers members;
    members.reset(R"({"a":1})");
    std::string out;
    members.append_missing(R"({"a":0})", out);
    members.append_missing(R"({"b":0})", out);
    EXPECT_EQ(out, R"({"a":0}{"b":0,"a":1})");
}

TEST(SharedMembers, LendNothingUnlessTheyAreAnObject) {
    SharedMembers members;
    for (const char* json : {"", "[]", "1", "{}", "{ }"}) {
        members.reset(json);
        EXPECT_TRUE(members.is_empty()) << json;
    }
}

TEST(SharedMembers, RandomMergesHoldEachNameOfBothAndTheOwnBytes) {
    testing::RandomJson random(11);
    for (int round = 0; round < 2'000; ++round) {
        const std::string shared = random.object(3);
        const std::string own = random.object(3);
        SharedMembers members;
        members.reset(shared);
        if (members.is_empty()) continue;
        std::string merged;
        members.append_missing(own, merged);
        const auto value = testing::read_known_json(merged);
        EXPECT_EQ(merged.substr(0, own.size() - 1), own.substr(0, own.size() - 1));
        EXPECT_LE(merged.size(), own.size() + members.bytes_max());
        const auto own_value = testing::read_known_json(own);
        const auto shared_value = testing::read_known_json(shared);
        for (const auto& member : shared_value.members) {
            const bool is_own = own_value.find(member.name) != nullptr;
            const auto* found = value.find(member.name);
            ASSERT_NE(found, nullptr);
            if (is_own) {
                EXPECT_EQ(found->raw, own_value.find(member.name)->raw);
            }
        }
    }
}

}  // namespace
}  // namespace icelight::event
