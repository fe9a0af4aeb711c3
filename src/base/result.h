#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

/// The one error language of the project: `Result<T>` is a value or an `Error`.
namespace icelight {

/// What the caller should do about it; never where it came from.
enum class ErrorCode : std::uint8_t {
    kInvalidArgument,     ///< Fix the request; retrying as is cannot help.        HTTP 400
    kUnauthenticated,     ///< Say who you are.                                    HTTP 401
    kForbidden,           ///< You may not, whoever you are.                       HTTP 403
    kNotFound,            ///< It is not there.                                    HTTP 404
    kAlreadyExists,       ///< It is there already.                                HTTP 409
    kConflict,            ///< Somebody was faster: reload, rebuild, try again.    HTTP 409
    kTooLarge,            ///< Send less.                                          HTTP 413
    kOverloaded,          ///< A bounded queue is full: wait and retry.            HTTP 429
    kUnavailable,         ///< Not ready, draining, log failed, disk at its floor. HTTP 503
    kTimeout,             ///< The deadline passed; the outcome may be unknown.    HTTP 504
    kShuttingDown,        ///< Go elsewhere or come back later.                    HTTP 503
    kCommitStateUnknown,  ///< It may have been applied: re-read before retrying.  HTTP 500
    kCorruption,          ///< Stored bytes are not what was written: stop.        HTTP 500
    kIo,                  ///< The OS or the store refused.                        HTTP 500
    kUnsupported,         ///< Valid, and not implemented here.                    HTTP 501
};

/// The code's name in snake_case without the k: "invalid_argument".
std::string_view error_code_name(ErrorCode code);

struct [[nodiscard]] Error {
    ErrorCode code;
    std::string message;  ///< For the operator: names the file, table or field; no secrets.
};

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
    using Base = tl::expected<T, Error>;

public:
    using Base::Base;

    // NOLINTNEXTLINE(google-explicit-constructor): map() returns the base
    Result(Base base) : Base(std::move(base)) {}
};

/// Makes the failure branch of any Result.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Passes an error on with a prefix: "segment 17: checksum mismatch".
inline tl::unexpected<Error> fail_in(std::string_view where, Error error) {
    error.message.insert(0, ": ").insert(0, where);
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace icelight

#define ICE_CONCAT_INNER(a, b) a##b
#define ICE_CONCAT(a, b) ICE_CONCAT_INNER(a, b)

#define ICE_TRY_AS(tmp, keyword, ...)                   \
    if (auto tmp = __VA_ARGS__; !tmp) {                 \
        keyword tl::unexpected(std::move(tmp).error()); \
    }

#define ICE_ASSIGN_AS(tmp, keyword, lhs, ...)           \
    auto tmp = __VA_ARGS__;                             \
    if (!tmp) {                                         \
        keyword tl::unexpected(std::move(tmp).error()); \
    }                                                   \
    lhs = std::move(*tmp)

/// ICE_TRY(expr): returns the error of `expr` from this function, if it has one.
#define ICE_TRY(...) ICE_TRY_AS(ICE_CONCAT(ice_try_, __LINE__), return, __VA_ARGS__)
/// ICE_ASSIGN(auto x, expr): x is the value of `expr`, or this function returns its error.
#define ICE_ASSIGN(lhs, ...) ICE_ASSIGN_AS(ICE_CONCAT(ice_try_, __LINE__), return, lhs, __VA_ARGS__)
/// The same in coroutines, where `expr` may be `co_await f()`.
#define ICE_CO_TRY(...) ICE_TRY_AS(ICE_CONCAT(ice_try_, __LINE__), co_return, __VA_ARGS__)
#define ICE_CO_ASSIGN(lhs, ...) \
    ICE_ASSIGN_AS(ICE_CONCAT(ice_try_, __LINE__), co_return, lhs, __VA_ARGS__)
