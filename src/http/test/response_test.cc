#include "http/response.h"

#include <gtest/gtest.h>

namespace icelight::http {
namespace {

TEST(StatusOf, EveryErrorCodeHasAStatusWithAReason) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::kUnsupported); ++code) {
        const int status = status_of(static_cast<ErrorCode>(code));
        EXPECT_GE(status, 400) << code;
        EXPECT_NE(reason_of(status), "Unknown") << code;
    }
    EXPECT_EQ(status_of(ErrorCode::kOverloaded), 429);
    EXPECT_EQ(status_of(ErrorCode::kShuttingDown), 503);
    EXPECT_EQ(status_of(ErrorCode::kTimeout), 504);
}

TEST(QuoteJson, EscapesWhatJsonNeedsAndReplacesWhatIsNoUtf8) {
    EXPECT_EQ(quote_json("a\"b\\c\n\x01"), R"("a\"b\\c\u000a\u0001")");
    EXPECT_EQ(quote_json("größe"), "\"größe\"");
    EXPECT_EQ(quote_json("\xff\xc3"), "\"\uFFFD\uFFFD\"");
    EXPECT_EQ(quote_json("\xed\xa0\x80"), "\"\uFFFD\uFFFD\uFFFD\"") << "a surrogate";
}

TEST(MakeError, HasTheFourMembersThatSdksLookFor) {
    const Response response = make_error(413, "too \"big\"");
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(
        response.body,
        R"({"success":false,"error":"too \"big\"","code":"too_large","message":"too \"big\""})");
}

TEST(MakeError, TakesStatusAndCodeOfAnError) {
    const Response response = make_error(Error{ErrorCode::kConflict, "late"});
    EXPECT_EQ(response.status, 409);
    EXPECT_NE(response.body.find("\"code\":\"conflict\""), std::string::npos);
}

}  // namespace
}  // namespace icelight::http
