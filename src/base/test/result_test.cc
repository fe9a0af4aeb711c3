#include "base/result.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight {
namespace {

using ::icelight::testing::HasMessage;
using ::icelight::testing::IsError;
using ::icelight::testing::IsOk;

Result<int> parse_digit(char c) {
    if (c < '0' || c > '9') return fail(ErrorCode::kInvalidArgument, "not a digit");
    return c - '0';
}

Result<int> add_digits(char a, char b) {
    ICE_ASSIGN(const int left, parse_digit(a));
    ICE_ASSIGN(const int right, parse_digit(b));
    return left + right;
}

Result<> demand_digit(char c) {
    ICE_TRY(parse_digit(c));
    return {};
}

TEST(Result, AssignTakesTheValueOrReturnsTheError) {
    EXPECT_EQ(add_digits('2', '3').value(), 5);
    EXPECT_THAT(add_digits('2', 'x'), IsError(ErrorCode::kInvalidArgument));
}

TEST(Result, TryPassesErrorsOn) {
    EXPECT_THAT(demand_digit('7'), IsOk());
    EXPECT_THAT(demand_digit('-'), HasMessage("not a digit"));
}

TEST(Result, AFailedExpectationPrintsCodeAndMessage) {
    EXPECT_NONFATAL_FAILURE(EXPECT_THAT(demand_digit('-'), IsOk()),
                            "Actual: invalid_argument: not a digit");
    EXPECT_NONFATAL_FAILURE(EXPECT_THAT(add_digits('2', '3'), IsError(ErrorCode::kInvalidArgument)),
                            "Actual: ok");
    EXPECT_EQ(::testing::PrintToString(demand_digit('-')), "invalid_argument: not a digit");
    EXPECT_EQ(::testing::PrintToString(demand_digit('-').error()), "invalid_argument: not a digit");
}

TEST(Result, FailInPrefixesTheMessageAndKeepsTheCode) {
    Result<> result = fail_in("segment 17", Error{ErrorCode::kCorruption, "bad checksum"});
    EXPECT_THAT(result, IsError(ErrorCode::kCorruption));
    EXPECT_EQ(result.error().message, "segment 17: bad checksum");
}

TEST(ErrorCode, EveryCodeHasAName) {
    for (int i = 0; i <= static_cast<int>(ErrorCode::kUnsupported); ++i) {
        EXPECT_NE(error_code_name(static_cast<ErrorCode>(i)), "unknown");
    }
}

}  // namespace
}  // namespace icelight
