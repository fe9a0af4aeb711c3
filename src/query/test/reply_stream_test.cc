#include "query/reply/reply_stream.h"

#include <sys/socket.h>

#include <thread>

#include <gmock/gmock.h>

#include "base/frames.h"
#include "base/testing/matchers.h"
#include "base/unique_fd.h"

namespace icelight::query {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

class ReplyStreamTest : public ::testing::Test {
protected:
    void SetUp() override {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        ours_ = UniqueFd(ends[0]);
        theirs_ = UniqueFd(ends[1]);
    }

    /// Bytes of all frames until the writer closes.
    std::size_t drain() const {
        std::size_t bytes = 0;
        while (true) {
            const auto frame = read_frame(theirs_.number(), deadline_in(kPatience));
            if (!frame) return bytes;
            EXPECT_EQ(frame->type, static_cast<std::uint8_t>(Message::kData));
            EXPECT_LE(frame->payload.size(), kDataFrameBytes);
            bytes += frame->payload.size();
        }
    }

    static constexpr std::chrono::milliseconds kPatience{10'000};
    UniqueFd ours_;
    UniqueFd theirs_;
};

TEST_F(ReplyStreamTest, HoldsTheFirstMegabyteBack) {
    ReplyStream stream(ours_.number(), Format::kJson, 0);
    stream.buffer().append(kHeldBytesMax - 1, 'x');
    ASSERT_THAT(stream.advance(), IsOk());
    char byte = 0;
    EXPECT_EQ(::recv(theirs_.number(), &byte, 1, MSG_DONTWAIT), -1);
}

TEST_F(ReplyStreamTest, SendsEveryByteInBoundedFrames) {
    std::size_t received = 0;
    std::thread reader([&] { received = drain(); });
    ReplyStream stream(ours_.number(), Format::kJson, 0);
    for (int i = 0; i < 50; ++i) {
        stream.buffer().append(100'000, 'x');
        EXPECT_THAT(stream.advance(), IsOk());
    }
    EXPECT_THAT(stream.finish(), IsOk());
    ours_.reset();
    reader.join();
    EXPECT_EQ(received, 5'000'000U);
}

TEST_F(ReplyStreamTest, ReplyOver256MiBIsRefused) {
    ReplyStream stream(ours_.number(), Format::kJson, 0);
    stream.buffer().append(kReplyBytesMax + 1, 'x');
    EXPECT_THAT(stream.advance(), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(stream.finish(), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(ReplyStreamTest, ServerThatIsGoneIsAnError) {
    theirs_.reset();
    ReplyStream stream(ours_.number(), Format::kJson, 0);
    stream.buffer().append("x");
    EXPECT_THAT(stream.finish(), IsError(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace icelight::query
