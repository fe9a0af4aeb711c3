#include "server/admin_client.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

const KeyCall kList{.method = "GET", .path = {"sources"}, .body = ""};

TEST(AdminClient, BringsTheAnswerOrTheServersWords) {
    testing::TestServer server;
    const AdminTarget target{.url = "http://127.0.0.1:" + std::to_string(server.port()),
                             .token = ""};
    const auto answer = send_key_call(target, kList);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(*answer, R"({"success":true,"sources":[]})");
    const KeyCall odd{.method = "PATCH", .path = {"sources", "a/../b c"}, .body = "{}"};
    EXPECT_THAT(send_key_call(target, odd), HasMessage("no source 'a/../b c'"));
}

TEST(AdminClient, SaysWhenNobodyAnswers) {
    const auto refused = send_key_call({.url = "http://127.0.0.1:1", .token = ""}, kList);
    EXPECT_THAT(refused, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(refused, HasMessage("http://127.0.0.1:1"));
}

TEST(AdminClient, AWrongUrlIsNamed) {
    for (const char* url : {"", "127.0.0.1:8787", "https://a:1", "http://a", "http://[::1]"}) {
        EXPECT_THAT(send_key_call({.url = url, .token = ""}, kList),
                    IsError(ErrorCode::kInvalidArgument))
            << url;
    }
}

}  // namespace
}  // namespace icelight::server
