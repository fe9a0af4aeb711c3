#include "server/api/sql/suggestions.h"

#include <gmock/gmock.h>

namespace icelight::server {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

const Known kKnown{{"analytics.events", "analytics.events__rejected", "other.orders"}, {}};

std::vector<Suggestion> at_end(std::string_view sql) {
    return suggest(sql, sql.size(), kKnown).list;
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
    const auto found = suggest("SELECT e.us", 11, kKnown);
    EXPECT_EQ(found.from, 9U);
    EXPECT_THAT(found.list, Contains(Suggestion{"user_id", "column"}));
    EXPECT_THAT(at_end("SELECT 1 FROM analytics.ev"), Contains(Suggestion{"events", "table"}));
    EXPECT_THAT(at_end("SELECT e."), Not(Contains(Suggestion{"SELECT", "keyword"})));
}

TEST(Suggestions, BehindFromThereAreTablesFirst) {
    EXPECT_EQ(at_end("SELECT * FROM ").front().kind, "table");
    EXPECT_EQ(at_end("select 1 from events join\n").front().kind, "table");
    EXPECT_THAT(at_end("SELECT * FROM "), Not(Contains(Suggestion{"user_id", "column"})));
    EXPECT_EQ(at_end("SELECT ").front().kind, "column");
}

TEST(Suggestions, ACatalogsNameMayStandBeforeTheNamespace) {
    EXPECT_THAT(at_end("FROM r2_datalake.analytics.ev"),
                ::testing::ElementsAre(Suggestion{"events", "table"},
                                       Suggestion{"events__rejected", "table"}));
    EXPECT_THAT(at_end("FROM icelight.oth"),
                ::testing::ElementsAre(Suggestion{"other.orders", "table"}));
    EXPECT_THAT(at_end("FROM icelight.nope."), IsEmpty());
}

TEST(Suggestions, ColumnsAreThoseOfTheTablesNamed) {
    EXPECT_THAT(find_mentioned("SELECT 1 FROM other.ORDERS o, events", kKnown.tables),
                ::testing::ElementsAre("other.orders", "analytics.events"));
    EXPECT_THAT(find_mentioned("SELECT events_ FROM orders2", kKnown.tables), IsEmpty());
    auto known = kKnown;
    known.columns = {"amount"};
    EXPECT_THAT(suggest("SELECT am", 9, known).list,
                ::testing::ElementsAre(Suggestion{"amount", "column"}));
    EXPECT_THAT(suggest("SELECT o.", 9, known).list,
                ::testing::ElementsAre(Suggestion{"amount", "column"}));
}

TEST(Suggestions, TheCursorMayBeInTheMiddle) {
    const auto found = suggest("SELECT us FROM events", 9, kKnown);
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
