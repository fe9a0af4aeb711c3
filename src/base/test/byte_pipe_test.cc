#include "base/byte_pipe.h"

#include <thread>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

TEST(BytePipe, AReaderThatWaitsIsCalledByTheWriter) {
    BytePipe pipe(10);
    Result<std::string> got = fail(ErrorCode::kTimeout, "not called");
    pipe.read([&got](Result<std::string> piece) { got = std::move(piece); });
    EXPECT_FALSE(got);
    EXPECT_TRUE(pipe.write("abc", deadline_in(1s)));
    ASSERT_THAT(got, testing::IsOk());
    EXPECT_EQ(*got, "abc");
}

TEST(BytePipe, TheEndIsAnEmptyPieceAndAnErrorComesAfterTheBytes) {
    BytePipe pipe(10);
    EXPECT_TRUE(pipe.write("abc", deadline_in(1s)));
    pipe.finish(fail(ErrorCode::kIo, "broken"));
    pipe.finish({});
    std::vector<Result<std::string>> got;
    for (int i = 0; i < 2; ++i)
        pipe.read([&got](Result<std::string> piece) { got.push_back(std::move(piece)); });
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(*got[0], "abc");
    EXPECT_THAT(got[1], testing::IsError(ErrorCode::kIo));
    BytePipe ended(10);
    ended.finish({});
    ended.read([](Result<std::string> piece) { EXPECT_TRUE(piece && piece->empty()); });
}

TEST(BytePipe, WriterStopsWhenTheReaderIsGoneOrTooSlow) {
    BytePipe pipe(4);
    EXPECT_TRUE(pipe.write("full", deadline_in(1s)));
    EXPECT_FALSE(pipe.write("more", deadline_in(5ms)));
    std::thread reader([&pipe] { pipe.abandon(); });
    EXPECT_FALSE(pipe.write("more", deadline_in(60s)));
    reader.join();
}

}  // namespace
}  // namespace icelight
