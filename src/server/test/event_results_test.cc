#include "server/api/event_results.h"

#include <gtest/gtest.h>

#include "event/parse.h"
#include "wal/batch.h"

namespace icelight::server {
namespace {

TEST(EventResults, ArePreferredByReturnRepresentationAnywhereInTheHeader) {
    for (const char* prefer : {"return=representation",
                               "Return = \"representation\"",
                               "respond-async, return=representation; x=1",
                               "wait=10,return=representation"})
        EXPECT_TRUE(asks_for_results(prefer)) << prefer;
    for (const char* prefer :
         {"", ",", "return", "return=minimal", "return=\"", "returns=representation", ";return"})
        EXPECT_FALSE(asks_for_results(prefer)) << prefer;
}

TEST(EventResults, NameEveryEventInTheOrderSent) {
    event::ParsedRequest parsed;
    parsed.errors = {{1, "batch[1]", "missing_field", "no \"id\""}, {3, "batch[3]", "x", "y"}};
    http::Response answer = http::make_json(200, R"({"success":true})");
    add_results(parsed,
                {.rows = {{7, false}, {3, true}}, .rejects = {std::uint64_t{8}, std::nullopt}},
                answer);
    EXPECT_EQ(
        answer.body,
        R"({"success":true,"results":[{"index":0,"status":"stored","offset":7},)"
        R"({"index":1,"status":"rejected","code":"missing_field","error":"no \"id\"","offset":8},)"
        R"({"index":2,"status":"duplicate","offset":3},)"
        R"({"index":3,"status":"rejected","code":"x","error":"y"}]})");
    ASSERT_EQ(answer.headers.size(), 1U);
    EXPECT_EQ(answer.headers[0].first, "Preference-Applied");
}

}  // namespace
}  // namespace icelight::server
