#pragma once

#include <functional>
#include <utility>

#include "base/completion.h"
#include "base/worker_pool.h"

namespace icelight {

/// Runs `work` on `pool` and resumes the coroutine on its own executor with the outcome.
///
/// @error kOverloaded  the pool's queue is full; the work did not run.
/// @error              whatever `work` returned.
/// Lifetime: the pool outlives the coroutine.
// NOLINTBEGIN(cppcoreguidelines-avoid-reference-coroutine-parameters)
template <class T>
boost::asio::awaitable<Result<T>> offload(WorkerPool& pool, std::function<Result<T>()> work) {
    struct Start {
        WorkerPool* pool;
        std::function<Result<T>()> work;

        void operator()(Completion<T> done) {
            const bool is_taken =
                pool->try_run([work = std::move(work), done]() mutable { done(work()); });
            if (!is_taken)
                done(fail(ErrorCode::kOverloaded, "too much is waiting; try again in a moment"));
        }
    };

    Start start{&pool, std::move(work)};
    Result<T> result = co_await await_completion<T>(std::move(start));
    co_return result;
}

// NOLINTEND(cppcoreguidelines-avoid-reference-coroutine-parameters)

}  // namespace icelight
