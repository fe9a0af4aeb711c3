#include "app/source.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::app {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(SourceId, IsMadeOfWhatTheNameHolds) {
    EXPECT_EQ(*make_id("Web shop"), "web-shop");
    EXPECT_EQ(*make_id("  iOS / 2 "), "ios-2");
    EXPECT_EQ(*make_id(std::string(100, 'a')), std::string(64, 'a'));
    EXPECT_THAT(make_id("!?"), IsError(ErrorCode::kInvalidArgument));
}

TEST(SourceCheck, NamesWhatIsWrong) {
    const Source good{.id = "a", .name = "A", .allowed_origins = {"https://a.example:8443"}};
    EXPECT_THAT(check_source(good), IsOk());
    Source bad = good;
    bad.name = "";
    EXPECT_THAT(check_source(bad), HasMessage("name:"));
    bad = good;
    for (const char* origin : {"a.example", "https://a.example/", "https://", "*", "https://a\n"}) {
        bad.allowed_origins = {origin};
        EXPECT_THAT(check_source(bad), HasMessage("allowed_origins:")) << origin;
    }
    bad = good;
    bad.events_per_second_max = -1;
    EXPECT_THAT(check_source(bad), HasMessage("events_per_second_max"));
}

TEST(IpPolicyName, ReadsBackWhatItWrote) {
    for (const auto policy :
         {IpPolicy::kKeep, IpPolicy::kTruncate, IpPolicy::kHash, IpPolicy::kRemove}) {
        EXPECT_EQ(find_ip_policy(ip_policy_name(policy)), policy);
    }
    EXPECT_EQ(find_ip_policy("drop"), std::nullopt);
}

}  // namespace
}  // namespace icelight::app
