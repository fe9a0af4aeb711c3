#include "server/command/server_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "server/testing/test_server.h"

namespace icelight::server::command {
namespace {

using ::icelight::testing::HasMessage;
using ::icelight::testing::IsError;
using ::icelight::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

Target target_of(const testing::TestServer& server) {
    return {.host = "127.0.0.1", .port = fmt::format("{}", server.port()), .token = {}};
}

TEST(ServerClient, ReadsAddresses) {
    const auto named = parse_target("http://host.example:99/", "t");
    ASSERT_THAT(named, IsOk());
    EXPECT_EQ(named->host, "host.example");
    EXPECT_EQ(named->port, "99");
    EXPECT_EQ(named->token, "t");
    EXPECT_EQ(parse_target("http://[::1]:8787", "")->host, "::1");
}

TEST(ServerClient, CallsWhoListensEverywhereAtHome) {
    EXPECT_EQ(parse_target("http://0.0.0.0:8787", "")->host, "127.0.0.1");
    EXPECT_EQ(parse_target("http://[::]:8787", "")->host, "::1");
}

TEST(ServerClient, SaysWhatIsWrongWithAnAddress) {
    for (const char* url : {"",
                            "https://127.0.0.1:1",
                            "127.0.0.1:1",
                            "http://",
                            "http://:1",
                            "http://h",
                            "http://[::1]"})
        EXPECT_THAT(parse_target(url, ""), IsError(ErrorCode::kInvalidArgument)) << url;
}

TEST(ServerClient, BringsStatusAndBody) {
    testing::TestServer server;
    std::string body;
    const auto take = [&body](std::string_view bytes) {
        body += bytes;
        return true;
    };
    const Call post{.method = "POST", .path = "/v1/track", .body = R"({"userId":"u","event":"e"})"};
    EXPECT_EQ(call_server(target_of(server), post, take).value(), 200);
    EXPECT_THAT(body, HasSubstr(R"("count":1)"));
    EXPECT_EQ(call_server(target_of(server), {.method = "GET", .path = "/no"}, take).value(), 404);
}

TEST(ServerClient, AsksForTheBodyOrTheServersWords) {
    testing::TestServer server;
    const Call list{.method = "GET", .path = "/api/sources"};
    EXPECT_EQ(ask_server(target_of(server), list).value(), R"({"success":true,"sources":[]})");
    const Call odd{.method = "PATCH", .path = "/api/sources/a%2F..%2Fb%20c", .body = "{}"};
    EXPECT_THAT(ask_server(target_of(server), odd),
                AllOf(IsError(ErrorCode::kInvalidArgument), HasMessage("no source 'a/../b c'")));
}

TEST(ServerClient, SaysHowToGiveATokenWhereOneIsMissing) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    testing::TestServer server(options);
    Target target = target_of(server);
    const Call list{.method = "GET", .path = "/api/sources"};
    EXPECT_THAT(ask_server(target, list),
                AllOf(IsError(ErrorCode::kUnauthenticated), HasMessage("--token")));
    target.token = "secret";
    EXPECT_THAT(ask_server(target, list), IsOk());
    EXPECT_THAT(refusal_of(target, 502, "<html>").message, HasSubstr("502"));
    EXPECT_EQ(refusal_of(target, 502, "").code, ErrorCode::kUnavailable);
}

TEST(ServerClient, AnAnswerHasABound) {
    testing::TestServer server;
    Call list{.method = "GET", .path = "/api/sources"};
    list.answer_bytes_max = 10;
    EXPECT_THAT(ask_server(target_of(server), list), HasMessage("too long"));
}

TEST(ServerClient, NobodyThereIsAnError) {
    const Call call{.method = "GET", .path = "/"};
    EXPECT_THAT(
        call_server(
            {.host = "127.0.0.1", .port = "1", .token = {}}, call, [](auto) { return true; }),
        AllOf(IsError(ErrorCode::kUnavailable), HasMessage("http://127.0.0.1:1")));
}

TEST(ServerClient, ASilentServerIsLeft) {
    using boost::asio::ip::tcp;
    boost::asio::io_context context;
    tcp::acceptor mute(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    const Target target{
        .host = "127.0.0.1", .port = fmt::format("{}", mute.local_endpoint().port()), .token = {}};
    Call call{.method = "GET", .path = "/"};
    call.silence_max = std::chrono::seconds(1);
    EXPECT_THAT(ask_server(target, call), IsError(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace icelight::server::command
