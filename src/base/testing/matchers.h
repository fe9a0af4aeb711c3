#pragma once

#include <gmock/gmock.h>

#include "base/result.h"

namespace icelight::testing {

/// EXPECT_THAT(result, IsOk()); prints the error otherwise.
MATCHER(IsOk, "is ok") {
    if (arg.has_value()) return true;
    *result_listener << error_code_name(arg.error().code) << ": " << arg.error().message;
    return false;
}

/// EXPECT_THAT(result, IsError(ErrorCode::kCorruption));
MATCHER_P(IsError, code, std::string("is error ") + std::string(error_code_name(code))) {
    if (arg.has_value()) {
        *result_listener << "is ok";
        return false;
    }
    *result_listener << error_code_name(arg.error().code) << ": " << arg.error().message;
    return arg.error().code == code;
}

/// EXPECT_THAT(result, HasMessage("segment 17")): an error whose message holds the text.
MATCHER_P(HasMessage, text, std::string("has message containing ") + text) {
    if (arg.has_value()) {
        *result_listener << "is ok";
        return false;
    }
    *result_listener << arg.error().message;
    return arg.error().message.find(text) != std::string::npos;
}

}  // namespace icelight::testing
