#include "server/api/lake_token.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::server {
namespace {

TEST(LakeToken, RoundTripsForItsOwnLogOnly) {
    const Uuid log = make_uuid_v7(1'000'000'000'000'000);
    const Uuid other = make_uuid_v7(1'700'000'000'000'000);
    const std::string token = make_lake_token(log, 42);
    EXPECT_EQ(parse_lake_token(token, log).value(), 42U);
    EXPECT_THAT(parse_lake_token(token, other), testing::IsError(ErrorCode::kInvalidArgument));
}

TEST(LakeToken, RefusesEverythingElse) {
    const Uuid log = make_uuid_v7(1'000'000'000'000'000);
    const std::string prefix = log.prefix();
    for (const std::string& bad : {std::string(),
                                   std::string("42"),
                                   prefix + ":0",
                                   prefix + ":0:",
                                   prefix + ":1:42",
                                   prefix + ":0:-1",
                                   prefix + ":0:4x",
                                   prefix + ":0:99999999999999999999"}) {
        EXPECT_THAT(parse_lake_token(bad, log), testing::IsError(ErrorCode::kInvalidArgument))
            << bad;
    }
}

}  // namespace
}  // namespace icelight::server
