#include "io/sqlite/schema.h"

#include <array>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::io::sqlite {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

constexpr std::array kFirst = {"CREATE TABLE notes(text TEXT)"};
constexpr std::array kSecond = {"CREATE TABLE notes(text TEXT)",
                                "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'x'"};

SchemaPlan plan_of(std::span<const char* const> steps, int application_id = 7) {
    return {.noun = "a notebook",
            .application_id = application_id,
            .steps = steps,
            .birth = "INSERT INTO notes(text) VALUES ('born')"};
}

class SchemaTest : public ::testing::Test {
protected:
    Connection open() {
        return std::move(
            *Connection::open({.path = dir_.path() / "x.db"}, ConnectionMode::kCreate));
    }

    static std::string first_text(Connection& connection, std::string_view sql) {
        auto statement = Statement::prepare(connection, sql);
        EXPECT_THAT(statement, IsOk());
        const auto has_row = statement->step();
        EXPECT_TRUE(has_row.has_value() && *has_row) << sql;
        return statement->text(0);
    }

    TempDir dir_;
};

TEST_F(SchemaTest, AnOlderFileIsBroughtUpWithItsRowsAndIsNotBornAgain) {
    {
        Connection connection = open();
        ASSERT_THAT(prepare_schema(connection, plan_of(kFirst)), IsOk());
    }
    Connection connection = open();
    ASSERT_THAT(prepare_schema(connection, plan_of(kSecond)), IsOk());
    EXPECT_EQ(first_text(connection, "SELECT author FROM notes WHERE text = 'born'"), "x");
    EXPECT_EQ(first_text(connection, "SELECT count(*) FROM notes"), "1");
    EXPECT_EQ(first_text(connection, "PRAGMA user_version"), "2");
}

TEST_F(SchemaTest, ANewerFileIsRefused) {
    {
        Connection connection = open();
        ASSERT_THAT(prepare_schema(connection, plan_of(kSecond)), IsOk());
    }
    Connection connection = open();
    const auto refused = prepare_schema(connection, plan_of(kFirst));
    EXPECT_THAT(refused, IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(refused, HasMessage("schema 2, this one knows 1"));
}

TEST_F(SchemaTest, AnotherProgramsFileIsRefusedByName) {
    {
        Connection connection = open();
        ASSERT_THAT(prepare_schema(connection, plan_of(kFirst, 8)), IsOk());
    }
    Connection connection = open();
    const auto refused = prepare_schema(connection, plan_of(kFirst));
    EXPECT_THAT(refused, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(refused, HasMessage("not a notebook of icelight"));
}

TEST_F(SchemaTest, AStepThatFailsLeavesTheOldVersion) {
    constexpr std::array kBroken = {"CREATE TABLE notes(text TEXT)", "CREATE TABLE notes(text)"};
    Connection connection = open();
    ASSERT_THAT(prepare_schema(connection, plan_of(kFirst)), IsOk());
    EXPECT_THAT(prepare_schema(connection, plan_of(kBroken)), IsError(ErrorCode::kIo));
    EXPECT_EQ(first_text(connection, "PRAGMA user_version"), "1");
}

TEST_F(SchemaTest, DurabilityIsAWriteAheadLogWithFullSyncs) {
    Connection connection = open();
    ASSERT_THAT(set_durability(connection), IsOk());
    EXPECT_EQ(first_text(connection, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(first_text(connection, "PRAGMA synchronous"), "2");
}

}  // namespace
}  // namespace icelight::io::sqlite
