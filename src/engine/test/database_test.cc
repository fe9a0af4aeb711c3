#include "engine/database.h"

#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "engine/session.h"

namespace icelight::engine {
namespace {

using testing::HasMessage;
using testing::IsError;
using testing::IsOk;

std::size_t thread_count() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/task"))
        ++count;
    return count;
}

TEST(Database, OpensInUtcWithoutThreadsOfItsOwn) {
    const std::size_t before = thread_count();
    auto database = Database::open({});
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    EXPECT_EQ(session->query_text("SELECT current_setting('TimeZone')").value_or(""), "UTC");
    EXPECT_EQ(session->query_text("SELECT current_setting('threads')").value_or(""), "1");
    EXPECT_EQ(thread_count(), before);
}

TEST(Database, ThreadsCanBeRaisedLater) {
    auto database = Database::open({});
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    ASSERT_THAT(session->execute("SET threads = 2"), IsOk());
    EXPECT_EQ(session->query_text("SELECT count(*) FROM range(1000000) t(i) WHERE i % 2 = 0")
                  .value_or(""),
              "500000");
}

TEST(Database, AnUnknownSettingIsNamed) {
    DatabaseOptions options;
    options.settings = {{"no_such_setting", "1"}};
    const auto database = Database::open(options);
    EXPECT_THAT(database, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(database, HasMessage("no_such_setting"));
}

TEST(Database, AnExtensionThatIsNotThereIsNamedWithItsDirectory) {
    const testing::TempDir directory;
    DatabaseOptions options;
    options.extension_directory = directory.path();
    options.extensions = {"json", "avro"};
    const auto database = Database::open(options);
    EXPECT_THAT(database, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(database,
                HasMessage("extension avro is not loaded from " + directory.path().native()));
}

TEST(Database, MemoryBeyondTheLimitIsAnErrorOfTheQuery) {
    DatabaseOptions options;
    options.memory_limit_bytes = 32u << 20;
    auto database = Database::open(options);
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    const auto result = session->execute(
        "CREATE TABLE t AS SELECT i, md5(i::VARCHAR) AS h FROM range(2000000) t(i)");
    EXPECT_THAT(result, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(result, HasMessage("Out of Memory"));
    EXPECT_FALSE(database->is_broken());
    EXPECT_EQ(session->query_text("SELECT 1").value_or(""), "1");
}

TEST(Database, SpillsWhereItIsTold) {
    const testing::TempDir dir;
    DatabaseOptions options;
    options.memory_limit_bytes = 64u << 20;
    options.temp_directory = dir.path() / "spill";
    auto database = Database::open(options);
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    EXPECT_EQ(session
                  ->query_text("SELECT count(*) FROM (SELECT i, md5(i::VARCHAR) AS h "
                               "FROM range(1500000) t(i) ORDER BY h OFFSET 1)")
                  .value_or("failed"),
              "1499999");
}

TEST(Database, OutlivedByItsSessions) {
    std::optional<Session> session;
    {
        auto database = Database::open({});
        ASSERT_THAT(database, IsOk());
        session = *database->connect();
    }
    EXPECT_EQ(session->query_text("SELECT 42").value_or(""), "42");
}

}  // namespace
}  // namespace icelight::engine
