#include "base/frames.h"

#include <sys/socket.h>

#include <thread>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/unique_fd.h"

namespace icelight {
namespace {

using namespace std::chrono_literals;
using ::icelight::testing::IsError;
using ::icelight::testing::IsOk;

class Frames : public ::testing::Test {
protected:
    void SetUp() override {
        int pair[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        left_ = UniqueFd(pair[0]);
        right_ = UniqueFd(pair[1]);
    }

    UniqueFd left_;
    UniqueFd right_;
};

TEST_F(Frames, ArriveWholeHoweverLarge) {
    const std::string large(3 << 20, 'x');
    std::thread writer([&] {
        EXPECT_THAT(write_frame(left_.number(), 1, "", deadline_in(5s)), IsOk());
        EXPECT_THAT(write_frame(left_.number(), 2, large, deadline_in(5s)), IsOk());
    });
    auto empty = read_frame(right_.number(), deadline_in(5s));
    auto full = read_frame(right_.number(), deadline_in(5s));
    writer.join();
    ASSERT_THAT(empty, IsOk());
    ASSERT_THAT(full, IsOk());
    EXPECT_EQ(empty->type, 1);
    EXPECT_EQ(empty->payload, "");
    EXPECT_EQ(full->type, 2);
    EXPECT_EQ(full->payload, large);
}

TEST_F(Frames, AClosedPeerIsUnavailableAndASilentOneATimeout) {
    EXPECT_THAT(read_frame(right_.number(), deadline_in(5ms)), IsError(ErrorCode::kTimeout));
    left_.reset();
    EXPECT_THAT(read_frame(right_.number(), deadline_in(1s)), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(write_frame(right_.number(), 1, "x", deadline_in(1s)),
                IsError(ErrorCode::kUnavailable));
}

TEST_F(Frames, AnAnnouncedLengthOverTheBoundIsRefusedBeforeMemoryIsTaken) {
    ASSERT_THAT(write_frame(left_.number(), 1, std::string(100, 'x'), deadline_in(1s)), IsOk());
    EXPECT_THAT(read_frame(right_.number(), deadline_in(1s), 99), IsError(ErrorCode::kTooLarge));
}

}  // namespace
}  // namespace icelight
