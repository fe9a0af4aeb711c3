#include "app/database.h"

#include <sys/stat.h>

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

class DatabaseTest : public ::testing::Test {
protected:
    Result<Database> open() { return Database::open(dir_.path() / "app.db", clock_); }

    TempDir dir_;
    FakeClock clock_;
};

TEST_F(DatabaseTest, IsBornOnceWithItsOwnKeyAndForItsOwnerOnly) {
    std::string key;
    {
        auto database = open();
        ASSERT_THAT(database, IsOk());
        key = *database->meta("hash_key");
        EXPECT_EQ(key.size(), 64U);
        for (const char* name : {"app.db", "app.db-wal"}) {
            struct stat status {};

            ASSERT_EQ(::stat((dir_.path() / name).c_str(), &status), 0) << name;
            EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
        }
    }
    auto again = open();
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(*again->meta("hash_key"), key);
    EXPECT_THAT(again->meta("nothing"), IsError(ErrorCode::kCorruption));
}

TEST_F(DatabaseTest, AChangeThatFailsLeavesNothing) {
    auto database = open();
    const auto failed = database->transact([](Connection& connection) -> Result<> {
        ICE_TRY(connection.execute("INSERT INTO meta VALUES ('a', '1')"));
        return fail(ErrorCode::kConflict, "no");
    });
    EXPECT_THAT(failed, IsError(ErrorCode::kConflict));
    EXPECT_THAT(database->meta("a"), IsError(ErrorCode::kCorruption));
}

TEST_F(DatabaseTest, ANewerFileIsRefused) {
    {
        auto database = open();
        ASSERT_THAT(database->transact([](Connection& connection) {
            return connection.execute("PRAGMA user_version=99");
        }),
                    IsOk());
    }
    const auto refused = open();
    EXPECT_THAT(refused, IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(refused, HasMessage("app.db"));
}

TEST_F(DatabaseTest, ADirectoryThatIsNotThereIsNamed) {
    EXPECT_THAT(Database::open(dir_.path() / "none" / "app.db", clock_), HasMessage("none/app.db"));
}

}  // namespace
}  // namespace icelight::app
