#include "server/listen_address.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(ListenAddress, TakesAddressAndPort) {
    EXPECT_EQ(parse_listen_address("127.0.0.1:0")->address, "127.0.0.1");
    EXPECT_EQ(parse_listen_address("localhost:80")->address, "127.0.0.1");
    EXPECT_EQ(parse_listen_address("[::1]:8787")->address, "::1");
    EXPECT_EQ(parse_listen_address(":8787")->address, "0.0.0.0");
    EXPECT_EQ(parse_listen_address(":8787")->port, 8787);
    for (const char* bad : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x"}) {
        EXPECT_THAT(parse_listen_address(bad), IsError(ErrorCode::kInvalidArgument)) << bad;
    }
}

TEST(Exposure, BeyondLoopbackNeedsBothKeysOrAWord) {
    EXPECT_THAT(check_exposure({"127.0.0.1", 1}, {}), IsOk());
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, {}), IsError(ErrorCode::kForbidden));
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, {.has_write_key = true}), HasMessage("token add"));
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, {.has_token = true}), HasMessage("source add"));
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, {.has_write_key = true, .has_token = true}), IsOk());
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, {.is_insecure_allowed = true}), IsOk());
}

TEST(SqlExposure, BeyondLoopbackNeedsLandlockOrAWord) {
    EXPECT_THAT(check_sql_exposure({"0.0.0.0", 1}, true, false), IsOk());
    EXPECT_THAT(check_sql_exposure({"0.0.0.0", 1}, false, true), IsOk());
    EXPECT_THAT(check_sql_exposure({"127.0.0.1", 1}, false, false), IsOk());
    EXPECT_THAT(check_sql_exposure({"0.0.0.0", 1}, false, false), IsError(ErrorCode::kForbidden));
    EXPECT_THAT(check_sql_exposure({"::", 1}, false, false), HasMessage("--insecure-sql"));
}

}  // namespace
}  // namespace icelight::server
