#include "base/offload.h"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/spawn.h"
#include "base/testing/matchers.h"

namespace icelight {
namespace {

boost::asio::awaitable<void> work_elsewhere(WorkerPool* pool, Result<std::thread::id>* worked_on) {
    std::function<Result<std::thread::id>()> work = [] {
        return Result<std::thread::id>(std::this_thread::get_id());
    };
    auto result = co_await offload<std::thread::id>(*pool, std::move(work));
    *worked_on = std::move(result);
}

TEST(Offload, WorksOnThePoolAndComesBack) {
    boost::asio::io_context context;
    WorkerPool pool("test", 1, 10);
    Result<std::thread::id> worked_on = fail(ErrorCode::kTimeout, "never");
    spawn(context.get_executor(), "test", work_elsewhere(&pool, &worked_on));
    context.run();
    ASSERT_THAT(worked_on, testing::IsOk());
    EXPECT_NE(*worked_on, std::this_thread::get_id());
}

TEST(Offload, IsRefusedByAClosedPool) {
    boost::asio::io_context context;
    WorkerPool pool("test", 1, 10);
    pool.close();
    Result<std::thread::id> worked_on = fail(ErrorCode::kTimeout, "never");
    spawn(context.get_executor(), "test", work_elsewhere(&pool, &worked_on));
    context.run();
    EXPECT_THAT(worked_on, testing::IsError(ErrorCode::kOverloaded));
}

}  // namespace
}  // namespace icelight
