#include "catalog/sqlite/schema.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "catalog/sqlite/connection.h"

namespace icelight::catalog::sqlite {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

class SchemaTest : public ::testing::Test {
protected:
    Connection open() {
        return std::move(
            *Connection::open({.path = dir_.path() / "catalog.db"}, ConnectionMode::kCreate));
    }

    std::string bytes() const {
        std::ostringstream text;
        text << std::ifstream(dir_.path() / "catalog.db", std::ios::binary).rdbuf();
        return text.str();
    }

    TempDir dir_;
};

TEST_F(SchemaTest, EmptyFileGetsItsTablesOnce) {
    {
        Connection connection = open();
        ASSERT_THAT(prepare_schema(connection, 5), IsOk());
        ASSERT_THAT(set_durability(connection), IsOk());
        ASSERT_THAT(connection.execute("INSERT INTO namespaces VALUES ('a')"), IsOk());
    }
    Connection again = open();
    ASSERT_THAT(prepare_schema(again, 6), IsOk());
    auto birth = Statement::prepare(again, "SELECT value FROM meta WHERE key = 'created_at_us'");
    ASSERT_TRUE(*birth->step());
    EXPECT_EQ(birth->text(0), "5");
    auto mode = Statement::prepare(again, "PRAGMA journal_mode");
    ASSERT_TRUE(*mode->step());
    EXPECT_EQ(mode->text(0), "wal");
}

TEST_F(SchemaTest, NewerSchemaIsRefusedUnchanged) {
    {
        Connection connection = open();
        ASSERT_THAT(prepare_schema(connection, 5), IsOk());
        ASSERT_THAT(connection.execute("PRAGMA user_version=99"), IsOk());
    }
    const std::string before = bytes();
    Connection connection = open();
    const auto result = prepare_schema(connection, 6);
    EXPECT_THAT(result, IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(result, HasMessage("newer icelight"));
    EXPECT_EQ(bytes(), before);
}

TEST_F(SchemaTest, ForeignDatabaseIsRefusedUnchanged) {
    ASSERT_THAT(open().execute("CREATE TABLE diary(entry TEXT)"), IsOk());
    const std::string before = bytes();
    Connection connection = open();
    const auto result = prepare_schema(connection, 6);
    EXPECT_THAT(result, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(result, HasMessage("not a catalog of icelight"));
    EXPECT_EQ(bytes(), before);
}

}  // namespace
}  // namespace icelight::catalog::sqlite
