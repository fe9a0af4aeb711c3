#include "app/key_table.h"

#include <gtest/gtest.h>

namespace icelight::app {
namespace {

constexpr TimestampUs kNow = 1'000'000;

class KeyTableTest : public ::testing::Test {
protected:
    void add_key(const char* source, const char* secret, TimestampUs expires_at_us = 0) {
        table_.add_write_key({.source_id = source, .expires_at_us = expires_at_us},
                             hash_secret(key_, secret));
    }

    HashKey key_ = make_hash_key();
    KeyTable table_{key_};
};

TEST_F(KeyTableTest, AKeyLeadsToItsSourceUntilItsTimeIsOver) {
    table_.add_source({.id = "web"});
    table_.add_source({.id = "ios"});
    add_key("web", "one");
    add_key("web", "old", kNow + 1);
    add_key("ios", "two");
    EXPECT_EQ(table_.find_by_key("one", kNow)->id, "web");
    EXPECT_EQ(table_.find_by_key("two", kNow)->id, "ios");
    EXPECT_EQ(table_.find_by_key("old", kNow)->id, "web");
    EXPECT_EQ(table_.find_by_key("old", kNow + 1), nullptr);
    EXPECT_EQ(table_.find_by_key("three", kNow), nullptr);
    EXPECT_EQ(table_.find_by_key("", kNow), nullptr);
}

TEST_F(KeyTableTest, ATokenIsNoWriteKey) {
    table_.add_source({.id = "web"});
    add_key("web", "key");
    table_.add_token({.name = "t"}, hash_secret(key_, "token"));
    EXPECT_EQ(table_.find_token("token")->name, "t");
    EXPECT_EQ(table_.find_token("key"), nullptr);
    EXPECT_EQ(table_.find_by_key("token", kNow), nullptr);
}

TEST_F(KeyTableTest, AKeyIsUsableWhenItIsValidAndItsSourceEnabled) {
    EXPECT_FALSE(table_.has_usable_key(kNow));
    table_.add_source({.id = "off", .is_enabled = false});
    add_key("off", "a");
    table_.add_source({.id = "on"});
    add_key("on", "b", kNow + 1);
    EXPECT_TRUE(table_.has_usable_key(kNow));
    EXPECT_FALSE(table_.has_usable_key(kNow + 1));
}

TEST_F(KeyTableTest, HashedAddressesAreTheSameForTheSameAddressOnly) {
    EXPECT_EQ(table_.hash_address("10.0.0.1"), table_.hash_address("10.0.0.1"));
    EXPECT_NE(table_.hash_address("10.0.0.1"), table_.hash_address("10.0.0.2"));
    EXPECT_NE(table_.hash_address("10.0.0.1"), KeyTable(make_hash_key()).hash_address("10.0.0.1"));
}

}  // namespace
}  // namespace icelight::app
