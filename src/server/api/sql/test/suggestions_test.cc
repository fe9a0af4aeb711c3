#include "server/api/sql/suggestions.h"

#include <gmock/gmock.h>

namespace icelight::server {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> kTables{"analytics.events", "analytics.events__rejected", "other.t"};

std::vector<Suggestion> at_end(std::string_view sql) {
    return suggest(sql, sql.size(), kTables).list;
}

TEST(Suggestions, AWordIsCompletedInAnyCase) {
    EXPECT_THAT(at_end("SELECT us"), Contains(Suggestion{"user_id", "column"}));
    EXPECT_THAT(at_end("SELECT COU"), Contains(Suggestion{"count", "function"}));
    EXPECT_THAT(at_end("sel"), Contains(Suggestion{"SELECT", "keyword"}));
    EXPECT_THAT(at_end("SELECT 1 FROM ev"), Contains(Suggestion{"events", "table"}));
    EXPECT_THAT(at_end("SELECT 1 FROM ana"), Contains(Suggestion{"analytics.events", "table"}));
    EXPECT_THAT(at_end("SELECT getenv"), IsEmpty());
}

TEST(Suggestions, BehindADotThereAreColumnsAndTables) {
    const auto found = suggest("SELECT e.us", 11, kTables);
    EXPECT_EQ(found.from, 9U);
    EXPECT_THAT(found.list, Contains(Suggestion{"user_id", "column"}));
    EXPECT_THAT(at_end("SELECT 1 FROM analytics.ev"), Contains(Suggestion{"events", "table"}));
    EXPECT_THAT(at_end("SELECT e."), Not(Contains(Suggestion{"SELECT", "keyword"})));
}

TEST(Suggestions, TheCursorMayBeInTheMiddle) {
    const auto found = suggest("SELECT us FROM events", 9, kTables);
    EXPECT_EQ(found.from, 7U);
    EXPECT_THAT(found.list, Contains(Suggestion{"user_id", "column"}));
}

TEST(Suggestions, TextsNamesAndCommentsAreLeftAlone) {
    for (const char* sql : {"SELECT 'us", "SELECT \"us", "SELECT 1 -- us", "SELECT /* us"})
        EXPECT_THAT(at_end(sql), IsEmpty()) << sql;
    EXPECT_THAT(at_end("SELECT 'it''s', us"), Contains(Suggestion{"user_id", "column"}));
    EXPECT_THAT(at_end("SELECT 1 -- x\n, us"), Contains(Suggestion{"user_id", "column"}));
    EXPECT_LE(at_end("SELECT ").size(), kSuggestionsMax);
}

}  // namespace
}  // namespace icelight::server
