#include "server/command/server_client.h"

#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "server/testing/test_server.h"

namespace icelight::server::command {
namespace {

using ::icelight::testing::HasMessage;
using ::icelight::testing::IsError;
using ::icelight::testing::IsOk;
using ::testing::HasSubstr;

TEST(ServerClient, FindsTheServerByUrlOrDirectory) {
    const auto by_url = find_target("http://host.example:99/", "ignored", "t");
    ASSERT_THAT(by_url, IsOk());
    EXPECT_EQ(by_url->host, "host.example");
    EXPECT_EQ(by_url->port, "99");
    EXPECT_EQ(by_url->token, "t");
    const icelight::testing::TempDir directory;
    std::ofstream(directory.path() / "LOCK") << "http://0.0.0.0:8787\n";
    const auto by_directory = find_target("", directory.path(), "");
    ASSERT_THAT(by_directory, IsOk());
    EXPECT_EQ(by_directory->host, "127.0.0.1");
    EXPECT_EQ(by_directory->port, "8787");
}

TEST(ServerClient, SaysWhatIsWrongWithAnAddress) {
    for (const char* url :
         {"https://127.0.0.1:1", "127.0.0.1:1", "http://", "http://:1", "http://h"})
        EXPECT_THAT(find_target(url, "", ""), IsError(ErrorCode::kInvalidArgument)) << url;
    EXPECT_THAT(find_target("", "/nonexistent", ""), HasMessage("--data or --url"));
}

TEST(ServerClient, BringsStatusAndBody) {
    testing::TestServer server;
    const Target target{"127.0.0.1", fmt::format("{}", server.port()), ""};
    std::string body;
    const auto take = [&body](std::string_view bytes) {
        body += bytes;
        return true;
    };
    const Call post{.method = "POST",
                    .path = "/v1/track",
                    .headers = {},
                    .body = R"({"userId":"u","event":"e"})"};
    EXPECT_EQ(call_server(target, post, take).value(), 200);
    EXPECT_THAT(body, HasSubstr(R"("count":1)"));
    EXPECT_EQ(call_server(target, {.method = "GET", .path = "/no", .headers = {}, .body = {}}, take)
                  .value(),
              404);
}

TEST(ServerClient, NobodyThereIsAnError) {
    EXPECT_THAT(
        call_server(
            {"127.0.0.1", "1", ""}, {.method = "GET", .path = "/"}, [](auto) { return true; }),
        IsError(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace icelight::server::command
