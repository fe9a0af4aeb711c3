#include "engine/error.h"

#include <gtest/gtest.h>

namespace icelight::engine {
namespace {

TEST(ErrorKind, WhatTheCallerWroteIsAnInvalidArgument) {
    for (const char* message : {"Parser Error: syntax error at or near \"SELEC\"",
                                "Binder Error: column x",
                                "Catalog Error: Table with name t does not exist!",
                                "Conversion Error: Could not convert",
                                "Invalid Input Error: bad",
                                "Out of Range Error: Overflow"}) {
        EXPECT_EQ(find_error_kind(message).code, ErrorCode::kInvalidArgument) << message;
        EXPECT_FALSE(find_error_kind(message).is_fatal) << message;
    }
}

TEST(ErrorKind, OutOfMemoryIsTheQuerysFault) {
    const auto kind = find_error_kind("Out of Memory Error: failed to allocate data of size 1 GiB");
    EXPECT_EQ(kind.code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(kind.is_fatal);
}

TEST(ErrorKind, AnInterruptIsATimeout) {
    EXPECT_EQ(find_error_kind("INTERRUPT Error: Interrupted!").code, ErrorCode::kTimeout);
}

TEST(ErrorKind, InternalAndFatalErrorsBreakTheProcess) {
    EXPECT_TRUE(find_error_kind("INTERNAL Error: Attempted to access index 1").is_fatal);
    EXPECT_TRUE(find_error_kind("FATAL Error: database has been invalidated").is_fatal);
}

TEST(ErrorKind, AUsersTextDoesNotChooseTheKind) {
    const auto kind = find_error_kind("Invalid Input Error: INTERNAL Error: FATAL Error: hello");
    EXPECT_EQ(kind.code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(kind.is_fatal);
}

TEST(ErrorKind, TheUnknownIsIo) {
    EXPECT_EQ(find_error_kind("IO Error: Cannot open file \"x\"").code, ErrorCode::kIo);
    EXPECT_EQ(find_error_kind("").code, ErrorCode::kIo);
}

}  // namespace
}  // namespace icelight::engine
