#include "server/live/watch.h"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server::live {
namespace {

using Why = Watch::Why;

constexpr std::chrono::seconds kLongEnough{10};
constexpr char kTrack[] = R"({"userId":"u","event":"e"})";

std::future<Why> wait(Watch& watch, Seen known) {
    auto promise = std::make_shared<std::promise<Why>>();
    auto future = promise->get_future();
    watch.wait(known, [promise](Result<Why> why) { promise->set_value(why.value()); });
    return future;
}

bool is_done(std::future<Why>& future, std::chrono::milliseconds within) {
    return future.wait_for(within) == std::future_status::ready;
}

TEST(LiveWatch, WakesWhenTheLogOrTheTableMoves) {
    testing::TestServer server;
    std::atomic<std::uint64_t> committed = 0;
    Watch watch(server.log(), [&committed] { return committed.load(); });
    auto waiting = wait(watch, watch.seen());
    EXPECT_FALSE(is_done(waiting, std::chrono::milliseconds(300)));
    EXPECT_EQ(server.post("/v1/track", kTrack).status, 200);
    ASSERT_TRUE(is_done(waiting, kLongEnough));
    EXPECT_EQ(waiting.get(), Why::kMoved);

    waiting = wait(watch, watch.seen());
    committed = 1;
    ASSERT_TRUE(is_done(waiting, kLongEnough));
    EXPECT_EQ(waiting.get(), Why::kMoved);
}

TEST(LiveWatch, AnOldPositionIsAnsweredSoon) {
    testing::TestServer server;
    Watch watch(server.log(), [] { return 0; });
    const Seen old = watch.seen();
    EXPECT_EQ(server.post("/v1/track", kTrack).status, 200);
    auto waiting = wait(watch, old);
    ASSERT_TRUE(is_done(waiting, kLongEnough));
    EXPECT_EQ(waiting.get(), Why::kMoved);
}

TEST(LiveWatch, ClosingWakesEveryoneNowAndLater) {
    testing::TestServer server;
    Watch watch(server.log(), [] { return 0; });
    auto waiting = wait(watch, watch.seen());
    watch.close();
    ASSERT_TRUE(is_done(waiting, kLongEnough));
    EXPECT_EQ(waiting.get(), Why::kClosing);
    auto late = wait(watch, watch.seen());
    ASSERT_TRUE(is_done(late, std::chrono::milliseconds(0)));
    EXPECT_EQ(late.get(), Why::kClosing);
    EXPECT_TRUE(watch.is_closing());
}

}  // namespace
}  // namespace icelight::server::live
