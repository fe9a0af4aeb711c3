#include "io/sqlite/connection.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "io/sqlite/transaction.h"

namespace icelight::io::sqlite {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

class ConnectionTest : public ::testing::Test {
protected:
    Result<Connection> open(ConnectionMode mode) {
        return Connection::open(
            {.path = dir_.path() / "x.db", .busy_timeout = std::chrono::milliseconds(20)}, mode);
    }

    TempDir dir_;
};

TEST_F(ConnectionTest, BindsAndReadsTextWithZeroBytes) {
    auto connection = open(ConnectionMode::kCreate);
    ASSERT_THAT(connection, IsOk());
    ASSERT_THAT(connection->execute("CREATE TABLE t(a TEXT, b INTEGER)"), IsOk());
    const std::string text("a\0b", 3);
    auto insert = Statement::prepare(*connection, "INSERT INTO t VALUES (?, ?)");
    ASSERT_THAT(insert, IsOk());
    ASSERT_THAT(insert->bind(text).bind(std::int64_t{-5}).run(), IsOk());
    auto select = Statement::prepare(*connection, "SELECT a, b FROM t");
    ASSERT_THAT(select, IsOk());
    ASSERT_TRUE(*select->step());
    EXPECT_EQ(select->text(0), text);
    EXPECT_EQ(select->integer(1), -5);
    EXPECT_FALSE(*select->step());
}

TEST_F(ConnectionTest, TransactionWithoutCommitLeavesNothing) {
    auto connection = open(ConnectionMode::kCreate);
    ASSERT_THAT(connection->execute("CREATE TABLE t(a)"), IsOk());
    {
        auto transaction = Transaction::begin(*connection, TransactionKind::kWrite);
        ASSERT_THAT(transaction, IsOk());
        ASSERT_THAT(connection->execute("INSERT INTO t VALUES (1)"), IsOk());
    }
    auto count = Statement::prepare(*connection, "SELECT count(*) FROM t");
    ASSERT_TRUE(*count->step());
    EXPECT_EQ(count->integer(0), 0);
}

TEST_F(ConnectionTest, MissingFileIsNamed) {
    const auto connection = open(ConnectionMode::kReadWrite);
    EXPECT_THAT(connection, IsError(ErrorCode::kIo));
    EXPECT_THAT(connection, HasMessage("x.db"));
}

TEST_F(ConnectionTest, ForeignBytesAreNotADatabase) {
    std::ofstream(dir_.path() / "x.db") << "this is not a database, it is a diary of some length";
    auto connection = open(ConnectionMode::kReadWrite);
    ASSERT_THAT(connection, IsOk());  // SQLite looks inside at the first statement only
    const auto result = connection->execute("BEGIN IMMEDIATE");
    EXPECT_THAT(result, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(result, HasMessage("not a database of icelight"));
}

TEST_F(ConnectionTest, LockHeldElsewhereIsUnavailable) {
    auto holder = open(ConnectionMode::kCreate);
    ASSERT_THAT(holder->execute("CREATE TABLE t(a); BEGIN IMMEDIATE"), IsOk());
    auto other = open(ConnectionMode::kReadWrite);
    const auto result = other->execute("BEGIN IMMEDIATE");
    EXPECT_THAT(result, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(result, HasMessage("locked by another process"));
}

TEST_F(ConnectionTest, FileThatMayNotBeWrittenSaysSo) {
    ASSERT_THAT(open(ConnectionMode::kCreate)->execute("CREATE TABLE t(a)"), IsOk());
    std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));
    std::filesystem::permissions(dir_.path() / "x.db", std::filesystem::perms(0444));
    const pid_t child = fork();
    if (child == 0) {  // permissions do not bind root
        if (getuid() == 0 && setuid(65534) != 0) _exit(3);
        auto connection = open(ConnectionMode::kReadWrite);
        const bool is_said =
            !connection && connection.error().code == ErrorCode::kIo &&
            connection.error().message.find("write permission") != std::string::npos;
        _exit(is_said ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace icelight::io::sqlite
