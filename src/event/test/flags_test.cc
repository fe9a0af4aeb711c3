#include "event/flags.h"

#include <gtest/gtest.h>

namespace icelight::event {
namespace {

TEST(IllegalIds, AreKnownInAnyCaseAndWithBlanksAround) {
    for (const char* id : {"null",
                           "NULL",
                           " undefined ",
                           "[object Object]",
                           "0",
                           "Guest",
                           "NaN",
                           "00000000-0000-0000-0000-000000000000",
                           "\"undefined\"",
                           "not_authenticated"})
        EXPECT_TRUE(is_illegal_id(id)) << id;
}

TEST(IllegalIds, AreNoPartsOfOthers) {
    for (const char* id : {"",
                           "user-1",
                           "00",
                           "null1",
                           "guest@example.com",
                           "00000000-0000-0000-0000-000000000001",
                           "6f1d1c3a-0000-4000-8000-000000000000"})
        EXPECT_FALSE(is_illegal_id(id)) << id;
}

TEST(Bots, AreKnownByTheirUserAgents) {
    EXPECT_TRUE(is_bot("Mozilla/5.0 (compatible; Googlebot/2.1)"));
    EXPECT_TRUE(is_bot("WebCRAWLER"));
    EXPECT_TRUE(is_bot("Sogou web spider"));
    EXPECT_FALSE(is_bot("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"));
    EXPECT_FALSE(is_bot(""));
}

TEST(BotMemo, AnswersForTheAgentItIsAskedAbout) {
    BotMemo memo;
    EXPECT_TRUE(memo.is_bot("bot"));
    EXPECT_TRUE(memo.is_bot("bot"));
    EXPECT_FALSE(memo.is_bot("browser"));
    EXPECT_FALSE(memo.is_bot(""));
    EXPECT_TRUE(memo.is_bot("bot"));
}

}  // namespace
}  // namespace icelight::event
