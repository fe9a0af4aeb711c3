#include "server/listen_address.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "server/auth.h"

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
    const Auth none({});
    const Auth one({.is_write_key_needed = true, .write_key = "k", .api_token = ""});
    const Auth both({.is_write_key_needed = true, .write_key = "k", .api_token = "t"});
    EXPECT_THAT(check_exposure({"127.0.0.1", 1}, none, false), IsOk());
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, none, false), IsError(ErrorCode::kForbidden));
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, one, false), HasMessage("API_TOKEN"));
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, both, false), IsOk());
    EXPECT_THAT(check_exposure({"0.0.0.0", 1}, none, true), IsOk());
}

}  // namespace
}  // namespace icelight::server
