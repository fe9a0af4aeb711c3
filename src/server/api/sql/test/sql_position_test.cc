#include "server/api/sql/sql_position.h"

#include <gtest/gtest.h>

namespace icelight::server {
namespace {

TEST(SqlPosition, TheParserCountsCharacters) {
    EXPECT_EQ(
        find_sql_position("SELECT a FORM b", "syntax error at or near \"b\" (at character 15)"),
        (SqlPosition{1, 15}));
    EXPECT_EQ(find_sql_position("SELECT a\n FORM b", "… (at character 16)"), (SqlPosition{2, 7}));
    EXPECT_EQ(find_sql_position("SELECT", "… (at character 7)"), (SqlPosition{1, 7}));
}

TEST(SqlPosition, TheBinderDrawsACaret) {
    EXPECT_EQ(find_sql_position("SELECT 1,\n nope FROM t",
                                "Binder Error: no \"nope\"\n\nLINE 2:  nope FROM t\n         ^"),
              (SqlPosition{2, 2}));
}

TEST(SqlPosition, LinesThatWereCutAreFoundAgain) {
    const std::string sql = "SELECT " + std::string(100, 'a') + ", nope, " + std::string(100, 'b');
    EXPECT_EQ(find_sql_position(sql, "x\n\nLINE 1: ...aaa, nope, bbb...\n                ^"),
              (SqlPosition{1, 110}));
}

TEST(SqlPosition, ColumnsAreBytesWhateverTheEngineCounts) {
    EXPECT_EQ(find_sql_position("SELECT 'éé' FORM x", "… (at character 18)"), (SqlPosition{1, 20}));
    EXPECT_EQ(find_sql_position("SELECT 'é', nope",
                                "x\n\nLINE 1: SELECT 'é', nope\n                    ^"),
              (SqlPosition{1, 14}));
    EXPECT_EQ(find_sql_position("SELECT '東京', nope",
                                "x\n\nLINE 1: SELECT '東京', nope\n                       ^"),
              (SqlPosition{1, 18}));
    const std::string sql = "SELECT '" + std::string(100, 'a') + "é', nope";
    EXPECT_EQ(find_sql_position(sql, "x\n\nLINE 1: ...aaé', nope\n                 ^"),
              (SqlPosition{1, 114}));
}

TEST(SqlPosition, OtherMessagesHaveNone) {
    for (const char* message : {"",
                                "function x is not allowed",
                                "\nLINE x: a\n ^",
                                "\nLINE 1: a",
                                "(at character )",
                                "\nLINE 1"}) {
        EXPECT_EQ(find_sql_position("SELECT 1", message), std::nullopt) << message;
    }
}

}  // namespace
}  // namespace icelight::server
