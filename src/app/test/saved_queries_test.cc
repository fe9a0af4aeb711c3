#include "app/queries/saved_queries.h"

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

const SavedQueryUser kAda{.name = "ada"};
const SavedQueryUser kBob{.name = "bob"};
const SavedQueryUser kAdmin{.name = "ops", .is_admin = true};

class SavedQueriesTest : public ::testing::Test {
protected:
    std::string add(const std::string& name, const SavedQueryUser& user, bool is_shared = false) {
        const auto added =
            saved_.add({.name = name, .sql = "SELECT 1", .is_shared = is_shared}, user);
        return added ? added->id : added.error().message;
    }

    std::string names(const SavedQueryUser& user) {
        std::string text;
        const auto list = saved_.list(user);
        for (const auto& query : *list)
            text += query.name + " ";
        return text;
    }

    TempDir dir_;
    FakeClock clock_;
    Database database_ = std::move(*Database::open(dir_.path() / "app.db", clock_));
    SavedQueries saved_{database_, clock_};
};

TEST_F(SavedQueriesTest, EachSeesTheirOwnAndWhatIsSharedAndAnAdministratorAll) {
    add("a", kAda);
    add("b", kBob, true);
    add("c", kBob);
    EXPECT_EQ(names(kAda), "a b ");
    EXPECT_EQ(names(kBob), "b c ");
    EXPECT_EQ(names(kAdmin), "a b c ");
}

TEST_F(SavedQueriesTest, WhatIsKeptComesBackAndChanges) {
    const auto added = saved_.add({.name = "n",
                                   .folder = "f",
                                   .description = "d",
                                   .sql = "SELECT '\xC3\xA4{{date}}'",
                                   .is_shared = true},
                                  kAda);
    ASSERT_THAT(added, IsOk());
    clock_.advance(std::chrono::seconds(5));
    ASSERT_THAT(saved_.change({.id = added->id, .name = "m", .sql = "SELECT 2"}, kAda), IsOk());
    const auto found = saved_.find(added->id, kAda);
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(found->name + found->folder + found->description + found->sql, "mSELECT 2");
    EXPECT_EQ(found->owner, "ada");
    EXPECT_FALSE(found->is_shared);
    EXPECT_EQ(found->updated_at_us - found->created_at_us, 5'000'000);
    ASSERT_THAT(saved_.remove(added->id, kAda), IsOk());
    EXPECT_THAT(saved_.find(added->id, kAda), IsError(ErrorCode::kNotFound));
}

TEST_F(SavedQueriesTest, OnlyTheOwnerAndAnAdministratorChange) {
    const auto hidden = add("a", kAda);
    const auto shared = add("b", kAda, true);
    EXPECT_THAT(saved_.find(hidden, kBob), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(saved_.remove(hidden, kBob), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(saved_.find(shared, kBob), IsOk());
    EXPECT_THAT(saved_.remove(shared, kBob), IsError(ErrorCode::kForbidden));
    EXPECT_THAT(saved_.change({.id = shared, .name = "x", .sql = "SELECT 1"}, kBob),
                HasMessage("this query is ada's"));
    ASSERT_THAT(saved_.change({.id = shared, .name = "x", .sql = "SELECT 1"}, kAdmin), IsOk());
    EXPECT_EQ(saved_.find(shared, kAda)->owner, "ada");
}

TEST_F(SavedQueriesTest, ANameIsTakenOnceByAnOwner) {
    const auto first = add("a", kAda);
    EXPECT_THAT(saved_.add({.name = "a", .sql = "SELECT 2"}, kAda),
                IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(saved_.add({.name = "a", .sql = "SELECT 2"}, kBob), IsOk());
    const auto second = add("b", kAda);
    EXPECT_THAT(saved_.change({.id = second, .name = "a", .sql = "SELECT 2"}, kAda),
                IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(saved_.change({.id = first, .name = "a", .sql = "SELECT 2"}, kAda), IsOk());
}

TEST_F(SavedQueriesTest, EveryBoundIsNamed) {
    const auto refused = [&](SavedQuery query) {
        return saved_.add(std::move(query), kAda);
    };
    EXPECT_THAT(refused({.sql = "SELECT 1"}), HasMessage("name: give 1 to 200 bytes"));
    EXPECT_THAT(refused({.name = "a"}), HasMessage("sql: give 1 to 262144 bytes"));
    EXPECT_THAT(refused({.name = "a", .sql = std::string(kSavedSqlBytesMax + 1, 'x')}),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(refused({.name = "a", .folder = std::string(201, 'x'), .sql = "x"}),
                HasMessage("folder: at most 200 bytes"));
    EXPECT_THAT(refused({.name = "a", .description = std::string(4097, 'x'), .sql = "x"}),
                HasMessage("description: at most 4096 bytes"));
    const std::string longest(kSavedSqlBytesMax, 'x');
    for (std::size_t i = 0; i < kSavedSqlBytesPerOwnerMax / kSavedSqlBytesMax; ++i)
        ASSERT_THAT(saved_.add({.name = std::to_string(i), .sql = longest}, kAda), IsOk());
    EXPECT_THAT(refused({.name = "a", .sql = "x"}), IsError(ErrorCode::kTooLarge));
    EXPECT_THAT(saved_.add({.name = "a", .sql = "x"}, kBob), IsOk());
    EXPECT_EQ(saved_.list(kAda)->front().sql.size(), kListedSqlBytesMax);
}

}  // namespace
}  // namespace icelight::app
