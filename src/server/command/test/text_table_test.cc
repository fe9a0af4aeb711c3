#include "server/command/text_table.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::server::command {
namespace {

using icelight::testing::IsError;

TEST(TextTable, AlignsCellsUnderTheirNames) {
    const auto table = make_text_table(
        R"({"success":true,"data":[{"event":"Order","n":7},{"event":null,"n":1200}],)"
        R"("meta":{"columns":[{"name":"event","type":"VARCHAR"},{"name":"n","type":"BIGINT"}]}})");
    ASSERT_TRUE(table.has_value());
    EXPECT_EQ(*table,
              "event  n\n"
              "-----  ----\n"
              "Order     7\n"
              "NULL   1200\n");
}

TEST(TextTable, LongAndBrokenTextsStayOnOneLine) {
    const std::string wide(100, 'x');
    const auto table = make_text_table(R"({"data":[{"a":"é\nb","b":")" + wide +
                                       R"("}],"meta":{"columns":[{"name":"a"},{"name":"b"}]}})");
    ASSERT_TRUE(table.has_value());
    EXPECT_NE(table->find("é\\nb  " + wide.substr(0, kCellWidthMax) + "…\n"), std::string::npos);
}

TEST(TextTable, NoRowsStillHaveAHeading) {
    EXPECT_EQ(*make_text_table(R"({"data":[],"meta":{"columns":[{"name":"only"}]}})"),
              "only\n----\n");
}

TEST(TextTable, WhatIsNoAnswerIsAnError) {
    for (const char* answer :
         {"", "[]", "{}", R"({"data":[]})", R"({"data":[7],"meta":{"columns":[]}})"})
        EXPECT_THAT(make_text_table(answer), IsError(ErrorCode::kCorruption)) << answer;
}

}  // namespace
}  // namespace icelight::server::command
