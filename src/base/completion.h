#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/result.h"

namespace icelight {

/// Called once, from whatever thread finished the work.
template <class T>
using Completion = std::function<void(Result<T>)>;

/// Turns "call me back from your thread" into something a coroutine can await.
///
/// `start` is called at once with a Completion; when that is called (any thread, once), the
/// coroutine resumes on its own executor. `start` must be a named object or function, never a
/// capturing lambda written inside the co_await statement (GCC 12).
template <class T, class Start>
boost::asio::awaitable<Result<T>> await_completion(Start start) {
    auto initiate = [](auto handler, Start begin) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto executor = boost::asio::get_associated_executor(*shared);
        auto work = boost::asio::make_work_guard(executor);
        Completion<T> done = [shared, executor, work](Result<T> result) mutable {
            boost::asio::post(executor, [shared, result = std::move(result)]() mutable {
                (*shared)(std::move(result));
            });
        };
        begin(std::move(done));
    };
    using Signature = void(Result<T>);
    Result<T> result =
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, Signature>(
            std::move(initiate), boost::asio::use_awaitable, std::move(start));
    co_return result;
}

}  // namespace icelight
