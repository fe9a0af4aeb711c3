#include "semantic/reply/result_rows.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::semantic {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(ResultRows, CellsKeepTheirText) {
    auto rows = ResultRows::parse(
        R"({"success":true,"data":[{"a":1.50,"b":"x\"y"},{"a":null,"b":""}],"meta":{"rowCount":2}})",
        2);
    ASSERT_THAT(rows, IsOk());
    const ResultRows moved = std::move(*rows);
    ASSERT_EQ(moved.size(), 2U);
    EXPECT_EQ(moved.cell(0, 0), "1.50");
    EXPECT_EQ(moved.cell(0, 1), R"("x\"y")");
    EXPECT_EQ(moved.cell(1, 0), "null");
    EXPECT_EQ(moved.cell(1, 1), R"("")");
}

TEST(ResultRows, NestedCellsAreWhole) {
    auto rows = ResultRows::parse(
        R"({"data":[{"a":[{"x":[1, 2]}],"b":{"y":{"z":"}"}}},{"a":[],"b":{}}]})", 2);
    ASSERT_THAT(rows, IsOk());
    EXPECT_EQ(rows->cell(0, 0), R"([{"x":[1, 2]}])");
    EXPECT_EQ(rows->cell(0, 1), R"({"y":{"z":"}"}})");
    EXPECT_EQ(rows->cell(1, 0), "[]");
    EXPECT_EQ(rows->cell(1, 1), "{}");
}

TEST(ResultRows, AnythingElseIsCorruption) {
    for (const char* text : {"", "{}", R"({"data":7})", R"({"data":[1]})", R"({"data":[{"a":1}]})"})
        EXPECT_THAT(ResultRows::parse(text, 2), IsError(ErrorCode::kCorruption)) << text;
}

TEST(ResultRows, NoRowsAreNoRows) {
    auto rows = ResultRows::parse(R"({"data":[]})", 3);
    ASSERT_THAT(rows, IsOk());
    EXPECT_EQ(rows->size(), 0U);
}

}  // namespace
}  // namespace icelight::semantic
