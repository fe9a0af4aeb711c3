#include "query/gate/statement_tree.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"

// What the parser makes of real statements is tried in gate_test.cc; here are trees it never makes.
namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

Result<Statement> check(std::string_view tree_json) {
    return check_tree(tree_json, "SELECT");
}

std::string statement(const std::string& node) {
    return R"({"error":false,"statements":[{"node":)" + node + "}]}";
}

std::string select_from(const std::string& source) {
    return statement(R"({"type":"SELECT_NODE","select_list":[],"from_table":)" + source + "}");
}

TEST(StatementTree, UnknownKindsAreRefused) {
    EXPECT_THAT(check(statement(R"({"type":"SELECT_NODE","select_list":[]})")), IsOk());
    EXPECT_THAT(check(statement(R"({"type":"INSERT_NODE"})")), HasMessage("INSERT_NODE"));
    EXPECT_THAT(check(select_from(R"({"type":"COLUMN_DATA"})")), HasMessage("COLUMN_DATA"));
    EXPECT_THAT(check(select_from(R"({"type":"DELIM_GET"})")), HasMessage("DELIM_GET"));
    EXPECT_THAT(check(statement(
                    R"({"type":"SELECT_NODE","select_list":[{"class":"BOUND_REF","type":"X"}]})")),
                HasMessage("bound_ref is not offered"));
}

TEST(StatementTree, FunctionsWithoutANameAreRefused) {
    EXPECT_THAT(check(statement(
                    R"({"type":"SELECT_NODE","select_list":[{"class":"FUNCTION","type":"X"}]})")),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(check(select_from(R"({"type":"TABLE_FUNCTION"})")),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(check(select_from(R"({"type":"TABLE_FUNCTION","function":{"class":"CAST"}})")),
                IsError(ErrorCode::kInvalidArgument));
}

TEST(StatementTree, TextThatIsNoTreeIsRefused) {
    for (const char* text : {"", "{}", "[]", "{\"statements\":1}", "{\"statements\":[]}", "{"})
        EXPECT_THAT(check(text), IsError(ErrorCode::kInvalidArgument)) << text;
    EXPECT_THAT(check(R"({"statements":[{}]})"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(check(R"({"statements":[1]})"), IsError(ErrorCode::kInvalidArgument));
}

TEST(StatementTree, PlacesThatAreNoneAreNotSaid) {
    for (const char* place : {"18446744073709551615", "6", "-1", "\"x\"", "null"}) {
        const auto found = check(select_from(
            std::string(R"({"type":"BASE_TABLE","catalog_name":"x","query_location":)") + place +
            "}"));
        EXPECT_THAT(found, HasMessage("/iceberg")) << place;
        EXPECT_FALSE(found.error().message.ends_with(')')) << place;
    }
}

TEST(StatementTree, DepthIsBounded) {
    std::string nested = R"({"type":"SELECT_NODE"})";
    for (int i = 0; i < 2'000; ++i)
        nested.insert(0, R"({"type":"JOIN","left":)").append("}");
    EXPECT_THAT(check(select_from(nested)), HasMessage("nested too deeply"));
}

}  // namespace
}  // namespace icelight::query
