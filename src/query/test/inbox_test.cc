#include "query/worker/inbox.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "query/worker/protocol.h"

namespace icelight::query {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{10'000};

/// An inbox whose thread outlives the test, as it outlives everything in a worker. The test's end
/// of its socket stays open for ever: closing it would end this process.
class InboxTest : public ::testing::Test {
protected:
    void SetUp() override {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        server_ = ends[0];
        interrupts_ = new std::atomic<int>(0);
        inbox_ = new Inbox(ends[1], [count = interrupts_] { ++*count; });
        inbox_->start();
    }

    void send(Message message, std::string_view payload = "") const {
        ASSERT_THAT(
            write_frame(
                server_, static_cast<std::uint8_t>(message), payload, deadline_in(kPatience)),
            icelight::testing::IsOk());
    }

    void prepare(milliseconds timeout) const {
        send(Message::kPrepare, encode_prepare({"SELECT 1", Format::kJson, 1, timeout}));
    }

    bool becomes(StopReason reason) const {
        const auto until = deadline_in(kPatience);
        while (inbox_->stop_reason() != reason) {
            if (system_clock().steady() > until) return false;
            std::this_thread::sleep_for(milliseconds(1));
        }
        return true;
    }

    int server_ = -1;
    std::atomic<int>* interrupts_ = nullptr;
    Inbox* inbox_ = nullptr;
};

TEST_F(InboxTest, HandsFramesOverInOrder) {
    prepare(kPatience);
    send(Message::kExecute, "x");
    EXPECT_EQ(inbox_->wait().type, static_cast<std::uint8_t>(Message::kPrepare));
    EXPECT_EQ(inbox_->wait().payload, "x");
    EXPECT_FALSE(inbox_->is_stopped());
}

TEST_F(InboxTest, DeadlineInterruptsAgainAndAgainUntilTheQueryEnds) {
    prepare(milliseconds(20));
    inbox_->wait();
    EXPECT_TRUE(becomes(StopReason::kDeadline));
    while (*interrupts_ < 3)
        std::this_thread::sleep_for(milliseconds(1));
    inbox_->finish();
    std::this_thread::sleep_for(milliseconds(20));
    const int after = *interrupts_;
    std::this_thread::sleep_for(milliseconds(40));
    EXPECT_EQ(*interrupts_, after);
}

TEST_F(InboxTest, CancelIsOfTheRunningQueryOnly) {
    send(Message::kCancel);
    prepare(kPatience);
    inbox_->wait();
    EXPECT_FALSE(inbox_->is_stopped());
    send(Message::kCancel);
    EXPECT_TRUE(becomes(StopReason::kCancelled));
    inbox_->finish();
    prepare(kPatience);
    inbox_->wait();
    EXPECT_FALSE(inbox_->is_stopped());
}

TEST_F(InboxTest, QueryThatWasGivenUpIsNotInterrupted) {
    prepare(milliseconds(50));
    inbox_->wait();
    send(Message::kGiveUp);
    std::this_thread::sleep_for(milliseconds(120));
    EXPECT_EQ(*interrupts_, 0);
}

TEST(Inbox, EndsTheProcessWithTheServer) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(ends[0]);
        Inbox inbox(ends[1], [] {});
        inbox.start();
        inbox.wait();
        ::_exit(9);
    }
    ::close(ends[1]);
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace icelight::query
