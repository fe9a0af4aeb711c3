#include "base/completion.h"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/spawn.h"
#include "base/testing/matchers.h"

namespace icelight {
namespace {

struct StartOnAnotherThread {
    std::thread* worker;

    void operator()(Completion<int> done) const {
        *worker = std::thread([done = std::move(done)] { done(42); });
    }
};

boost::asio::awaitable<void> wait_for_answer(std::thread* worker,
                                             Result<int>* answer,
                                             std::thread::id* resumed_on) {
    auto result = co_await await_completion<int>(StartOnAnotherThread{worker});
    *answer = std::move(result);
    *resumed_on = std::this_thread::get_id();
}

TEST(AwaitCompletion, ResumesOnTheCoroutinesOwnExecutor) {
    boost::asio::io_context context;
    std::thread worker;
    Result<int> answer = fail(ErrorCode::kTimeout, "never");
    std::thread::id resumed_on;
    spawn(context.get_executor(), "test", wait_for_answer(&worker, &answer, &resumed_on));
    context.run();
    worker.join();
    ASSERT_THAT(answer, testing::IsOk());
    EXPECT_EQ(*answer, 42);
    EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

}  // namespace
}  // namespace icelight
