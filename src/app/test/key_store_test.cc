#include "app/key_store.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::app {
namespace {

using icelight::testing::FakeClock;
using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

class KeyStoreTest : public ::testing::Test {
protected:
    void SetUp() override { open(); }

    void open() {
        store_.reset();
        database_.reset();
        auto database = Database::open(dir_.path() / "app.db", clock_);
        ASSERT_THAT(database, IsOk());
        database_ = std::make_unique<Database>(std::move(*database));
        auto store = KeyStore::open(*database_, clock_);
        ASSERT_THAT(store, IsOk());
        store_ = std::move(*store);
    }

    std::string source_of(const std::string& secret) {
        const auto source = store_->table()->find_by_key(secret, clock_.now_us());
        return source == nullptr ? "" : source->id;
    }

    std::string bytes_on_disk() const {
        std::ostringstream text;
        for (const char* name : {"app.db", "app.db-wal"})
            text << std::ifstream(dir_.path() / name, std::ios::binary).rdbuf();
        return text.str();
    }

    TempDir dir_;
    FakeClock clock_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<KeyStore> store_;
};

TEST_F(KeyStoreTest, ASourceIsInForceAtOnceAndAfterARestart) {
    const auto before = store_->table();
    const auto issued = store_->add_source({.name = "Web shop"});
    ASSERT_THAT(issued, IsOk());
    EXPECT_EQ(issued->source_id, "web-shop");
    EXPECT_EQ(source_of(issued->secret), "web-shop");
    EXPECT_FALSE(before->has_sources()) << "a table in use does not change";
    open();
    EXPECT_EQ(source_of(issued->secret), "web-shop");
}

TEST_F(KeyStoreTest, SecretsAreNotOnDisk) {
    const auto key = store_->add_source({.name = "a"});
    const auto token = store_->add_token({.name = "t", .role = Role::kAdmin});
    const std::string bytes = bytes_on_disk();
    EXPECT_NE(bytes.find(make_hint(key->secret)), std::string::npos) << "the search finds what is";
    EXPECT_EQ(bytes.find(key->secret), std::string::npos);
    EXPECT_EQ(bytes.find(key->secret.substr(3)), std::string::npos);
    EXPECT_EQ(bytes.find(token->secret), std::string::npos);
}

TEST_F(KeyStoreTest, ARotatedKeyWorksUntilItsGraceIsOver) {
    const auto first = store_->add_source({.name = "a"});
    const auto second = store_->rotate("a", std::chrono::hours(1));
    ASSERT_THAT(second, IsOk());
    EXPECT_EQ(source_of(first->secret), "a");
    EXPECT_EQ(source_of(second->secret), "a");
    clock_.advance(std::chrono::hours(1));
    EXPECT_EQ(source_of(first->secret), "");
    EXPECT_EQ(source_of(second->secret), "a");
    // No grace: the others end now, and those that ended are gone from the list.
    const auto third = store_->rotate("a", std::chrono::seconds(0));
    EXPECT_EQ(source_of(second->secret), "");
    EXPECT_EQ(source_of(third->secret), "a");
    EXPECT_EQ(store_->sources()->front().keys.size(), 1U);
}

TEST_F(KeyStoreTest, ALaterRotationDoesNotLengthenAGrace) {
    const auto first = store_->add_source({.name = "a"});
    ASSERT_THAT(store_->rotate("a", std::chrono::minutes(1)), IsOk());
    ASSERT_THAT(store_->rotate("a", std::chrono::hours(1)), IsOk());
    clock_.advance(std::chrono::minutes(1));
    EXPECT_EQ(source_of(first->secret), "");
}

TEST_F(KeyStoreTest, KeysInTheirGraceAreBounded) {
    ASSERT_THAT(store_->add_source({.name = "a"}), IsOk());
    for (std::size_t i = 1; i < kWriteKeysPerSourceMax; ++i)
        ASSERT_THAT(store_->rotate("a", std::chrono::hours(1)), IsOk()) << i;
    EXPECT_THAT(store_->rotate("a", std::chrono::hours(1)), IsError(ErrorCode::kTooLarge));
    EXPECT_THAT(store_->rotate("a", std::chrono::seconds(0)), IsOk());
}

TEST_F(KeyStoreTest, ChangesReachTheTable) {
    ASSERT_THAT(store_->add_source({.name = "a"}), IsOk());
    auto source = store_->source("a");
    source->is_enabled = false;
    source->ip_policy = IpPolicy::kHash;
    source->allowed_origins = {"https://a.example", "https://b.example"};
    source->events_per_second_max = 7;
    ASSERT_THAT(store_->change_source(*source), IsOk());
    open();
    EXPECT_EQ(*store_->table()->find_source("a"), *source);
    EXPECT_FALSE(store_->table()->has_usable_key(clock_.now_us()));
}

TEST_F(KeyStoreTest, WhatIsNotThereIsNamedWithWhatIs) {
    ASSERT_THAT(store_->add_source({.name = "web"}), IsOk());
    EXPECT_THAT(store_->source("wep"), HasMessage("there are: web"));
    EXPECT_THAT(store_->rotate("wep", std::chrono::seconds(0)), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(store_->add_source({.name = "Web"}), IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(store_->add_source({.id = "A B", .name = "x"}),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(store_->revoke_token("x"), IsError(ErrorCode::kNotFound));
}

TEST_F(KeyStoreTest, ARevokedTokenIsGoneAtOnce) {
    const auto token =
        store_->add_token({.name = "spark", .role = Role::kCatalog, .scopes = {{"a", true}}});
    ASSERT_THAT(token, IsOk());
    EXPECT_TRUE(store_->table()->find_token(token->secret)->may_write("a"));
    EXPECT_THAT(store_->add_token({.name = "spark"}), IsError(ErrorCode::kAlreadyExists));
    ASSERT_THAT(store_->revoke_token("spark"), IsOk());
    EXPECT_EQ(store_->table()->find_token(token->secret), nullptr);
    EXPECT_TRUE(store_->tokens()->empty());
}

}  // namespace
}  // namespace icelight::app
