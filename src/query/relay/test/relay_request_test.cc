#include "query/relay/relay_request.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

// icelight:secret
constexpr std::string_view kPassword = "Proxy-Authorization: Basic aWNlbGlnaHQ6c2VjcmV0\r\n";

RelayRules rules() {
    return {.password = "secret", .targets = {{"lake.example", 443}, {"lake.example", 80}}};
}

Result<RelayRequest> parse(std::string_view line, std::string_view fields = "") {
    const auto head =
        std::string(line) + "\r\n" + std::string(kPassword) + std::string(fields) + "\r\n";
    return parse_relay_request(head, rules());
}

TEST(RelayRequest, ATunnelLeadsToAHostOfACatalog) {
    const auto request = parse("CONNECT Lake.Example.:443 HTTP/1.1");
    ASSERT_THAT(request, IsOk());
    EXPECT_TRUE(request->is_tunnel);
    EXPECT_EQ(request->target, (RelayTarget{"lake.example", 443}));
}

TEST(RelayRequest, OtherHostsAndPortsAreRefusedByName) {
    for (const auto* const line : {"CONNECT other.example:443 HTTP/1.1",
                                   "CONNECT lake.example:444 HTTP/1.1",
                                   "CONNECT 127.0.0.1:80 HTTP/1.1",
                                   "CONNECT [::1]:443 HTTP/1.1",
                                   "GET http://other.example/ HTTP/1.1",
                                   "GET http://lake.example:8080/ HTTP/1.1",
                                   "GET http://lake.example.evil.example/ HTTP/1.1",
                                   "GET http://xlake.example/ HTTP/1.1"}) {
        const auto request = parse(line);
        ASSERT_THAT(request, IsError(ErrorCode::kForbidden)) << line;
        EXPECT_THAT(request, HasMessage("is not a host of an external catalog")) << line;
    }
    EXPECT_THAT(parse("CONNECT other.example:443 HTTP/1.1"), HasMessage("other.example:443"));
}

TEST(RelayRequest, ARequestIsSentOnInOriginFormForOneAnswer) {
    const auto request =
        parse("GET http://lake.example/v1/config?warehouse=w HTTP/1.1",
              "Host: other.example\r\nAuthorization: Bearer t\r\nProxy-Connection: Keep-Alive\r\n"
              "Connection: keep-alive\r\nAccept: */*\r\n");
    ASSERT_THAT(request, IsOk());
    EXPECT_FALSE(request->is_tunnel);
    EXPECT_EQ(request->target, (RelayTarget{"lake.example", 80}));
    EXPECT_EQ(request->head,
              "GET /v1/config?warehouse=w HTTP/1.1\r\nHost: lake.example\r\n"
              "Authorization: Bearer t\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(parse("GET http://lake.example?x=1 HTTP/1.1")->head,
              "GET /?x=1 HTTP/1.1\r\nHost: lake.example\r\nConnection: close\r\n\r\n");
}

TEST(RelayRequest, ABodyIsAsLongAsItSays) {
    const auto request = parse("POST http://lake.example/t HTTP/1.1", "Content-Length: 12\r\n");
    ASSERT_THAT(request, IsOk());
    EXPECT_EQ(request->body_bytes, 12U);
    EXPECT_THAT(request->head, HasSubstr("Content-Length: 12\r\n"));
    for (const auto* const fields : {"Transfer-Encoding: chunked\r\n",
                                     "Content-Length: 1\r\nContent-Length: 2\r\n",
                                     "Content-Length: -1\r\n",
                                     "Content-Length: 1048577\r\n",
                                     "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"}) {
        EXPECT_THAT(parse("POST http://lake.example/t HTTP/1.1", fields),
                    IsError(ErrorCode::kInvalidArgument))
            << fields;
    }
}

TEST(RelayRequest, WithoutThePasswordNothingIsSaidOfTheHosts) {
    for (const std::string_view field : {"",
                                         "Proxy-Authorization: Basic eDp5\r\n",
                                         "Proxy-Authorization: Bearer secret\r\n",
                                         "Proxy-Authorization: Basic !\r\n",
                                         "Authorization: Basic aWNlbGlnaHQ6c2VjcmV0\r\n"}) {
        for (const std::string_view host : {"lake.example", "other.example"}) {
            const auto head =
                "CONNECT " + std::string(host) + ":443 HTTP/1.1\r\n" + std::string(field) + "\r\n";
            EXPECT_THAT(parse_relay_request(head, rules()), IsError(ErrorCode::kUnauthenticated))
                << head;
        }
    }
    EXPECT_THAT(parse("GET http://lake.example/ HTTP/1.1")->head, Not(HasSubstr("Proxy-")));
}

TEST(RelayRequest, NothingElseIsServed) {
    for (const auto* const line : {"GET /v1/config HTTP/1.1",
                                   "GET https://lake.example/ HTTP/1.1",
                                   "GET http:///x HTTP/1.1",
                                   "GET http://u:p@lake.example/ HTTP/1.1",
                                   "GET http://lake.example:/ HTTP/1.1",
                                   "GET http://lake.example:80x/ HTTP/1.1",
                                   "GET http://lake.example:65616/ HTTP/1.1",
                                   "CONNECT lake.example HTTP/1.1",
                                   "CONNECT lake.example:0 HTTP/1.1",
                                   "CONNECT http://lake.example:443 HTTP/1.1",
                                   "OPTIONS * HTTP/1.1",
                                   "nonsense"}) {
        EXPECT_THAT(parse(line), IsError(ErrorCode::kInvalidArgument)) << line;
    }
    for (const auto* const method : {"PUT", "DELETE", "PATCH", "TRACE"}) {
        EXPECT_THAT(parse(std::string(method) + " http://lake.example/ HTTP/1.1"),
                    IsError(ErrorCode::kForbidden))
            << method;
    }
    const auto two = "CONNECT lake.example:443 HTTP/1.1\r\n" + std::string(kPassword) + "\r\nmore";
    EXPECT_THAT(parse_relay_request(two, rules()), IsError(ErrorCode::kInvalidArgument));
}

TEST(RelayRequest, TargetsAreReadInEverySpelling) {
    EXPECT_EQ(find_target("[::1]:80"), (RelayTarget{"::1", 80}));
    EXPECT_EQ(find_target("[::1]", 443), (RelayTarget{"::1", 443}));
    EXPECT_EQ(find_target("A.b", 443), (RelayTarget{"a.b", 443}));
    EXPECT_EQ((RelayTarget{"::1", 80}).text(), "[::1]:80");
    for (const auto* const text : {"", ":80", "[::1", "[]:80", "a b:80", "a:80:80", "a/b:80"})
        EXPECT_EQ(find_target(text, 443), std::nullopt) << text;
}

TEST(RelayRequest, AnAnswerSaysThatTheConnectionEnds) {
    EXPECT_EQ(end_connection("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: "
                             "timeout=5\r\nETag: x\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nETag: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(find_status("HTTP/1.1 200 OK\r\n\r\n"), 200);
    EXPECT_EQ(find_status("HTTP/1.0 404\r\n\r\n"), 404);
    for (const auto* const head : {"", "HTTP/2 200", "HTTP/1.1 2x0", "SSH-2.0-x 200 \r\n\r\n"})
        EXPECT_EQ(find_status(head), 0) << head;
}

}  // namespace
}  // namespace icelight::query
