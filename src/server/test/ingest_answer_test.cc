#include "server/api/ingest_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event/parse.h"

namespace icelight::server {
namespace {

using ::testing::HasSubstr;

TEST(IngestAnswer, RefusalsWorthRetryingSayWhen) {
    for (const ErrorCode code : {ErrorCode::kOverloaded,
                                 ErrorCode::kUnavailable,
                                 ErrorCode::kShuttingDown,
                                 ErrorCode::kTimeout}) {
        const http::Response response = make_refused({code, "why"});
        ASSERT_EQ(response.headers.size(), 1U);
        EXPECT_EQ(response.headers.front().first, "Retry-After");
        EXPECT_TRUE(response.status == 429 || response.status == 503) << response.status;
    }
    EXPECT_TRUE(make_refused({ErrorCode::kInvalidArgument, "why"}).headers.empty());
}

TEST(IngestAnswer, ManyErrorsAreCutAndQuoted) {
    event::ParsedRequest parsed;
    for (std::size_t i = 0; i < kErrorsMax + 10; ++i)
        parsed.errors.push_back({i, "batch[\"" + std::to_string(i) + "\"]", "bad", "no"});
    const http::Response response = make_all_bad(parsed);
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr(R"("batch[\"0\"]: no")"));
    EXPECT_EQ(response.body.find("batch[\\\"" + std::to_string(kErrorsMax) + "\\\"]"),
              std::string::npos);
}

}  // namespace
}  // namespace icelight::server
