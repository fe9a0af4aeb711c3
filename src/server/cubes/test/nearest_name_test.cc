#include "server/cubes/nearest_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace icelight::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MissingName, IsReadFromWhatTheEngineSays) {
    const auto column = find_missing_name(
        "Binder Error: Values list \"A\" does not have a column named \"mesage_id\"\n\nLINE 1: "
        "...");
    ASSERT_TRUE(column);
    EXPECT_EQ(column->name, "mesage_id");
    EXPECT_FALSE(column->is_table);
    EXPECT_THAT(column->candidates, IsEmpty());
    const auto bare = find_missing_name(
        "Binder Error: Referenced column \"evnt\" not found in FROM clause!\n"
        "Candidate bindings: \"event\", \"A.sent_at\"\n\nLINE 1: SELECT \"x\"");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->name, "evnt");
    EXPECT_THAT(bare->candidates, ElementsAre("event", "sent_at"));
    const auto table = find_missing_name("SQL validation failed: there is no table shop.ordres");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->name, "shop.ordres");
    EXPECT_TRUE(table->is_table);
    EXPECT_EQ(find_missing_name("there is no table shop.ordres (at character 15)")->name,
              "shop.ordres");
    for (const char* other : {"",
                              "Parser Error: syntax error",
                              "Referenced column x",
                              "does not have a column named \"",
                              "there is no table "}) {
        EXPECT_FALSE(find_missing_name(other)) << other;
    }
}

TEST(MissingName, TheNearestIsSuggested) {
    EXPECT_EQ(suggest_name("mesage_id", {"type", "message_id"}), "; did you mean `message_id`?");
    EXPECT_EQ(suggest_name("qqqqqqqq", {"type", "message_id"}), "");
}

TEST(MissingName, KnownNamesComeFromReplies) {
    const char* const reply =
        R"({"data":[{"namespace":"shop","name":"orders"}],"meta":{"columns":[{"name":"a"},{"name":"b"}]}})";
    EXPECT_THAT(column_names(reply), ElementsAre("a", "b"));
    EXPECT_THAT(table_names(reply), ElementsAre("shop.orders"));
    for (const char* other :
         {"", "[]", "{}", R"({"data":1,"meta":2})", R"({"meta":{"columns":3}})"}) {
        EXPECT_THAT(column_names(other), IsEmpty()) << other;
        EXPECT_THAT(table_names(other), IsEmpty()) << other;
    }
}

}  // namespace
}  // namespace icelight::server
