#pragma once

#include <ostream>

#include <gmock/gmock.h>

#include "base/result.h"

namespace icelight {

// NOLINTBEGIN(readability-identifier-naming): GoogleTest looks for this name.
inline void PrintTo(const Error& error, std::ostream* out) {
    *out << error_code_name(error.code) << ": " << error.message;
}

/// Of a value only that there is one: many have no text.
template <class T>
void PrintTo(const Result<T>& result, std::ostream* out) {
    if (result.has_value()) {
        *out << "ok";
    } else {
        PrintTo(result.error(), out);
    }
}

// NOLINTEND(readability-identifier-naming)

}  // namespace icelight

namespace icelight::testing {

/// EXPECT_THAT(result, IsOk());
MATCHER(IsOk, "is ok") {
    return arg.has_value();
}

/// EXPECT_THAT(result, IsError(ErrorCode::kCorruption));
MATCHER_P(IsError, code, std::string("is error ") + std::string(error_code_name(code))) {
    return !arg.has_value() && arg.error().code == code;
}

/// EXPECT_THAT(result, HasMessage("segment 17")): an error whose message holds the text.
MATCHER_P(HasMessage, text, std::string("has message containing ") + text) {
    return !arg.has_value() && arg.error().message.find(text) != std::string::npos;
}

}  // namespace icelight::testing
