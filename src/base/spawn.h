#pragma once

#include <exception>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include "base/check.h"

namespace icelight {

/// Starts a coroutine that nobody awaits. An exception that escapes it is a bug: logged, then
/// abort.
///
/// @param name  for the message; a literal.
template <class Executor>
void spawn(const Executor& executor, const char* name, boost::asio::awaitable<void> work) {
    boost::asio::co_spawn(executor, std::move(work), [name](const std::exception_ptr& error) {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            die(name, 0, "coroutine ended by an exception", e.what());
        }
    });
}

}  // namespace icelight
