#include "engine/aggregate/spec.h"

#include <string>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::engine {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(SequenceSpec, StepsAndWindowsAreRead) {
    const auto spec = parse_sequence_spec("3 total=7d  step2=90s step3=5us");
    ASSERT_THAT(spec, IsOk());
    EXPECT_EQ(spec->steps, 3u);
    EXPECT_EQ(spec->total, 7 * 86'400'000'000);
    EXPECT_EQ(spec->within[1], 90'000'000);
    EXPECT_EQ(spec->within[2], 5);
    EXPECT_FALSE(spec->is_first);
    const auto first = parse_sequence_spec("2 first step2=1s");
    ASSERT_THAT(first, IsOk());
    EXPECT_TRUE(first->is_first);
    const auto bare = parse_sequence_spec("30");
    ASSERT_THAT(bare, IsOk());
    EXPECT_EQ(bare->total, kNoWindow);
}

TEST(SequenceSpec, TheWrongPartIsNamed) {
    const char* const wrong[] = {"",
                                 "0",
                                 "31",
                                 "x",
                                 "-1",
                                 "3x",
                                 "2 total",
                                 "2 first=1s",
                                 "2 total=",
                                 "2 total=5",
                                 "2 total=-5s",
                                 "2 total=5y",
                                 "2 step1=5s",
                                 "2 step3=5s",
                                 "2 step=5s",
                                 "2 step2x=5s",
                                 "2 foo=5s",
                                 "2 total=9999999999999w",
                                 "99999999999999999999"};
    for (const char* text : wrong) {
        EXPECT_THAT(parse_sequence_spec(text), IsError(ErrorCode::kInvalidArgument)) << text;
    }
    EXPECT_THAT(parse_sequence_spec("2 foo=5s"), HasMessage("foo=5s"));
    EXPECT_THAT(parse_sequence_spec(std::string(kSpecBytesMax + 1, ' ')), HasMessage("4096"));
}

TEST(PathSpec, SidesAreRead) {
    const auto spec = parse_path_spec("before=3 after=20");
    ASSERT_THAT(spec, IsOk());
    EXPECT_EQ(spec->before, 3u);
    EXPECT_EQ(spec->after, 20u);
    EXPECT_THAT(parse_path_spec(""), IsOk());
    for (const char* text : {"before=21", "before", "after=", "after=x", "up=3", "before=3x"}) {
        EXPECT_THAT(parse_path_spec(text), IsError(ErrorCode::kInvalidArgument)) << text;
    }
}

}  // namespace
}  // namespace icelight::engine
