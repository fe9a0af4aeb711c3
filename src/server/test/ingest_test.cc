// The ingest paths on a real log: what is answered, and that it is on disk by then.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/compressed.h"
#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using http::testing::Client;
using http::testing::make_request;
using testing::gzip;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestServer;

constexpr std::string_view kTrack = R"({"userId":"u","event":"e","messageId":"m1"})";

std::string make_batch(std::size_t events, std::string_view prefix, std::size_t padding = 0) {
    std::string body = R"({"batch":[)";
    for (std::size_t i = 0; i < events; ++i) {
        if (i > 0) body += ',';
        body += fmt::format(
            R"({{"type":"track","userId":"u","event":"e","messageId":"{}{}","properties":{{"p":"{}"}}}})",
            prefix,
            i,
            std::string(padding, 'x'));
    }
    return body + "]}";
}

TEST(Ingest, AStoredEventIsDurableAndAnsweredWithAToken) {
    TestServer server;
    const Answer answer = server.post("/v1/track", kTrack);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    EXPECT_EQ(
        answer.body,
        fmt::format(R"({{"success":true,"count":1,"rejected":0,"duplicates":0,"token":"{}:0:1"}})",
                    server.log().uuid().prefix()));
    EXPECT_EQ(server.log().durable_offset(), 1U);
}

TEST(Ingest, EveryPathTakesEventsWithAndWithoutPrefixAndSlash) {
    TestServer server;
    int id = 0;
    for (const char* prefix : {"/v1", ""}) {
        for (const char* type :
             {"track", "identify", "page", "screen", "group", "alias", "merge", "t", "a"}) {
            for (const char* end : {"", "/"}) {
                const std::string body = fmt::format(
                    R"({{"userId":"u","event":"e","groupId":"g","previousId":"p","name":"n","messageId":"{}"}})",
                    id++);
                const Answer answer = server.post(fmt::format("{}/{}{}", prefix, type, end), body);
                EXPECT_EQ(answer.status, 200) << prefix << type << answer.body;
            }
        }
        for (const char* name : {"batch", "b", "import", "batch/b"}) {
            const std::string path = fmt::format("{}/{}", prefix, name);
            EXPECT_EQ(server.post(path, make_batch(1, path)).status, 200) << path;
            EXPECT_EQ(server.post(path + "/", make_batch(1, path + "/")).status, 200) << path;
        }
    }
    EXPECT_EQ(server.log().counters().stored, 52U);
}

TEST(Ingest, ARetryGetsTheSameCountAndTakesNoOffset) {
    TestServer server;
    const std::string body = make_batch(3, "retry");
    EXPECT_THAT(server.post("/v1/batch", body).body,
                HasSubstr(R"("count":3,"rejected":0,"duplicates":0)"));
    EXPECT_THAT(server.post("/v1/batch", body).body,
                HasSubstr(R"("count":3,"rejected":0,"duplicates":3)"));
    EXPECT_EQ(server.log().durable_offset(), 3U);
    EXPECT_EQ(server.log().counters().duplicate, 3U);
}

TEST(Ingest, GoodEventsAreStoredWhenTheirNeighboursAreBad) {
    TestServer server;
    const Answer answer = server.post(
        "/v1/batch", R"({"batch":[{"type":"track","userId":"u","event":"e"},{"type":"track"},7]})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("count":1,"rejected":2)"));
    const auto counters = server.log().counters();
    EXPECT_EQ(counters.stored, 1U);
    EXPECT_EQ(counters.rejected, 2U);
    EXPECT_EQ(server.log().durable_offset(), 3U) << "rejected events are kept too";
}

TEST(Ingest, WhoPrefersItIsToldWhatBecameOfEachEvent) {
    TestServer server;
    const std::string body =
        R"({"batch":[{"type":"track","userId":"u","event":"e","messageId":"a"},{"type":"track"},)"
        R"({"type":"track","userId":"u","event":"e","messageId":"a"}]})";
    EXPECT_THAT(server.post("/v1/batch", body).body, Not(HasSubstr("results")));
    const Answer answer = server.post("/v1/batch", body, "Prefer: return=representation\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("preference-applied"), "return=representation");
    EXPECT_THAT(answer.body,
                HasSubstr(R"("results":[{"index":0,"status":"duplicate","offset":0},)"
                          R"({"index":1,"status":"rejected","code":"missing_field",)"
                          R"("error":"Event must have either userId or anonymousId","offset":2},)"
                          R"({"index":2,"status":"duplicate","offset":0}]})"));
    const Answer bad = server.post("/v1/batch", "{", "Prefer: return=representation\r\n");
    EXPECT_EQ(bad.status, 400);
    EXPECT_THAT(bad.body, HasSubstr(R"("results":[{"index":0,"status":"rejected",)"));
}

TEST(Ingest, ManyResultsAreWrittenElsewhereWithTheSameAnswer) {
    TestServer server;
    const Answer answer =
        server.post("/v1/batch", make_batch(1'500, "many"), "Prefer: return=representation\r\n");
    EXPECT_THAT(answer.body, HasSubstr(R"({"index":1499,"status":"stored","offset":1499}]})"));
    EXPECT_THAT(answer.body, HasSubstr(R"("count":1500)"));
}

TEST(Ingest, WhenAllAreBadTheAnswerNamesEach) {
    TestServer server;
    const Answer answer = server.post("/v1/batch", R"({"batch":[{"type":"track","event":"e"}]})");
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, StartsWith(R"({"success":false,"errors":["batch[0]: )"));
    EXPECT_THAT(answer.body, HasSubstr("Event must have either userId or anonymousId"));
    EXPECT_THAT(answer.body, HasSubstr(R"("code":)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("message":)"));
}

TEST(Ingest, ABodyThatIsNoJsonIsOneRejectedEvent) {
    TestServer server;
    for (const char* body : {"{", "", "not json", "{\"batch\":[{}]"}) {
        const Answer answer = server.post("/v1/batch", body);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_THAT(answer.body, HasSubstr(R"("message":"Invalid JSON body")")) << body;
    }
    EXPECT_EQ(server.log().counters().rejected, 4U);
}

TEST(Ingest, GzipIsReadWhateverTheHeadersSay) {
    TestServer server;
    EXPECT_EQ(
        server.post("/v1/batch", gzip(make_batch(2, "a")), "Content-Encoding: gzip\r\n").status,
        200);
    EXPECT_EQ(server
                  .post("/v1/batch",
                        gzip(make_batch(2, "b")),
                        "Content-Type: application/x-www-form-urlencoded\r\n")
                  .status,
              200);
    EXPECT_EQ(server.post("/v1/batch", make_batch(2, "c"), "Content-Encoding: gzip\r\n").status,
              200)
        << "a proxy inflated it and left the header";
    EXPECT_EQ(server.log().counters().stored, 6U);
}

TEST(Ingest, ADamagedGzipBodyIsOneRejectedEvent) {
    TestServer server;
    const std::string whole = gzip(make_batch(100, "t"));
    const Answer answer =
        server.post("/v1/batch", whole.substr(0, whole.size() / 2), "Content-Encoding: gzip\r\n");
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("gzip"));
    EXPECT_EQ(server.log().counters().rejected, 1U);
}

TEST(Ingest, ABodyThatInflatesTooFarIs413AndStoresNothing) {
    TestServer server;
    const std::string bomb = gzip(std::string(20 << 20, ' '));
    EXPECT_EQ(server.post("/v1/batch", bomb).status, 413);
    EXPECT_EQ(server.post("/v1/batch", make_batch(10'001, "m")).status, 413);
    EXPECT_EQ(server.log().counters().received, 0U);
}

TEST(Ingest, OversizeIs400OnShortPathsWhoseSdksWouldSendItForEver) {
    TestServer server;
    const std::string giant((5 << 20) + 1, ' ');
    EXPECT_EQ(server.post("/v1/batch", giant).status, 413);
    for (const char* path : {"/v1/b", "/v1/t", "/b"}) {
        const Answer answer = server.post(path, giant);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_THAT(answer.body, HasSubstr(R"("code":"too_large")"));
    }
    EXPECT_EQ(server.post("/v1/b", gzip(std::string(20 << 20, ' '))).status, 400);
    EXPECT_EQ(server.post("/v1/b", make_batch(10'001, "m")).status, 400);
}

TEST(Ingest, UrlsThatAnSdkCouldMeanAre503AndNever404) {
    TestServer server;
    for (const char* path : {"/v1/nothing", "/collect/v1/batch", "/v1/batch/x", "/beacon/x"}) {
        const Answer answer = server.post(path, kTrack);
        EXPECT_EQ(answer.status, 503) << path;
        EXPECT_EQ(answer.headers.at("retry-after"), "60");
    }
    EXPECT_EQ(server.get("/v1/projects/k").status, 503);
    EXPECT_EQ(server.post("/transform", "{}").status, 404) << "SDKs go on without it";
    EXPECT_EQ(server.get("/robots.txt").status, 404);
}

TEST(Ingest, AnEventWithoutIdsIsNamedInTheWordsThatAndroidLooksFor) {
    TestServer server;
    EXPECT_THAT(server.post("/v1/batch", R"({"batch":[{"type":"page"}]})").body,
                HasSubstr("request neither has anonymousId nor userId"));
    EXPECT_THAT(server.post("/v1/batch", R"({"batch":[{"type":"x","userId":"u"}]})").body,
                ::testing::Not(HasSubstr("request neither")));
}

TEST(Ingest, TheQueryCarriesTheKeyOfABeacon) {
    testing::TestServerOptions options;
    options.gate.write_key = "se cret";
    TestServer server(options);
    const std::string body = make_batch(1, "beacon");
    EXPECT_EQ(server.post("/beacon/v1/batch?writeKey=se%20cret", body).status, 200);
    EXPECT_EQ(server.post("/beacon/v1/batch?writeKey=no", body).status, 401);
    EXPECT_EQ(server.post("/beacon/v1/batch", body).status, 401);
    EXPECT_THAT(server.stored().at(0).at("ingest_info"), HasSubstr(R"("rule":"rudder")"));
}

TEST(Ingest, EveryCodingIsReadByItsBytesOrItsHeader) {
    TestServer server;
    // {"userId":"u","event":"e"}
    const std::string zstd("\x28\xb5\x2f\xfd\x20\x1a\xd1\x00\x00{\"userId\":\"u\",\"event\":\"e\"}",
                           35);
    const std::string brotli("\x8b\x0c\x80{\"userId\":\"u\",\"event\":\"e\"}\x03", 30);
    const std::string raw_deflate("\x01\x1a\x00\xe5\xff{\"userId\":\"u\",\"event\":\"e\"}", 31);
    const std::string plain = R"({"userId":"u","event":"e"})";
    EXPECT_EQ(server.post("/v1/t", zstd, "Content-Encoding: zstd\r\n").status, 200);
    EXPECT_EQ(server.post("/v1/t", zstd).status, 200);
    EXPECT_EQ(server.post("/v1/t", brotli, "Content-Encoding: br\r\n").status, 200);
    EXPECT_EQ(server.post("/v1/t", raw_deflate, "Content-Encoding: deflate\r\n").status, 200);
    for (const char* header : {"br", "deflate", "zstd", "gzip", "identity"}) {
        const std::string line = fmt::format("Content-Encoding: {}\r\n", header);
        EXPECT_EQ(server.post("/v1/t", plain, line).status, 200)
            << "a proxy inflated it and left " << header;
    }
    EXPECT_EQ(server.log().counters().stored, 9U);
    const Answer damaged = server.post("/v1/t", "nonsense", "Content-Encoding: br\r\n");
    EXPECT_EQ(damaged.status, 400);
    EXPECT_THAT(damaged.body, HasSubstr("Invalid br body"));
}

TEST(Ingest, NoContentTypeKeepsABodyFromBeingRead) {
    TestServer server;
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "x"}) {
        const std::string line =
            *type == 0 ? std::string() : fmt::format("Content-Type: {}\r\n", type);
        EXPECT_EQ(server.post("/v1/b", make_batch(1, type), line).status, 200) << type;
    }
    EXPECT_EQ(server
                  .call("POST /v1/b HTTP/1.1\r\nHost: h.localhost\r\nContent-Type: text/plain\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n19\r\n{\"batch\":[{\"type\":\"page\","
                        "\r\n10\r\n\"userId\":\"u\"}]} \r\n0\r\n\r\n")
                  .status,
              200);
    EXPECT_EQ(server.log().counters().stored, 5U);
}

TEST(Ingest, UnknownEncodingsAre415AndTheConnectionStays) {
    TestServer server;
    Client client(server.port());
    EXPECT_EQ(
        client.call(make_request("POST", "/v1/track", kTrack, "Content-Encoding: lz64\r\n")).status,
        415);
    EXPECT_EQ(client.call(make_request("POST", "/v1/track", kTrack)).status, 200);
    EXPECT_EQ(client.call(make_request("GET", "/v1/track")).status, 405);
    EXPECT_EQ(client.call(make_request("POST", "/nothing", kTrack)).status, 404);
    EXPECT_EQ(client.call(make_request("POST", "/v1/track", "{")).status, 400);
    EXPECT_EQ(client.call(make_request("POST", "/v1/track", kTrack)).status, 200);
}

TEST(Ingest, LargeBodiesAreParsedElsewhereWithTheSameAnswer) {
    TestServer server;
    EXPECT_THAT(server.post("/v1/batch", make_batch(1000, "big", 1000)).body,
                HasSubstr(R"("count":1000,"rejected":0)"));
    EXPECT_EQ(server.log().counters().stored, 1000U);
}

TEST(Ingest, TheWriteKeyComesByBearerBasicOrHeader) {
    testing::TestServerOptions options;
    options.gate.write_key = "secret";
    TestServer server(options);
    const Answer missing = server.post("/v1/track", kTrack);
    EXPECT_EQ(missing.status, 401);
    EXPECT_THAT(missing.body, HasSubstr(R"("error":"Missing authentication token")"));
    const Answer wrong = server.post("/v1/track", kTrack, "Authorization: Bearer no\r\n");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_THAT(wrong.body, HasSubstr(R"("error":"Invalid authentication token")"));
    for (const char* header : {"Authorization: Bearer secret\r\n",
                               "Authorization: Basic c2VjcmV0Og==\r\n",
                               "X-API-Key: secret\r\n"})
        EXPECT_EQ(server.post("/v1/track", kTrack, header).status, 200) << header;
    EXPECT_EQ(server.log().counters().received, 3U) << "who is not known leaves nothing";
}

TEST(Ingest, AKeyInTheBodyNamesTheSourceOfItsRows) {
    TestServer server;
    const auto add = [&server](std::string_view body) {
        const Answer made = server.post("/api/sources", body, "Content-Type: application/json\r\n");
        EXPECT_EQ(made.status, 200) << made.body;
        const auto at = made.body.find("wk_");
        return made.body.substr(at, made.body.find('"', at) - at);
    };
    const std::string web = add(R"({"name":"web"})");
    const std::string ios = add(R"({"name":"ios","ip_policy":"remove"})");
    const auto body_of = [](const std::string& key) {
        return R"({"batch":[{"type":"page","userId":"u","messageId":"m"}],"writeKey":")" + key +
               "\"}";
    };
    EXPECT_EQ(server.post("/v1/b", body_of(web)).status, 200);
    EXPECT_THAT(server.post("/v1/b", body_of(ios)).body, HasSubstr(R"("duplicates":0)"))
        << "the same messageId of another source is another event";
    const Answer retry =
        server.post("/v1/b", body_of("no"), "Authorization: Bearer " + web + "\r\n");
    EXPECT_THAT(retry.body, HasSubstr(R"("duplicates":1)"));
    const auto rows = server.stored();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.at(0).at("source_id"), "web");
    EXPECT_THAT(rows.at(0).at("ingest_info"), HasSubstr(R"("ip":"127.0.0.1")"));
    EXPECT_EQ(rows.at(1).at("source_id"), "ios");
    EXPECT_THAT(rows.at(1).at("ingest_info"), ::testing::Not(HasSubstr("\"ip\"")));
    for (const std::string& body : {body_of("no"), body_of(""), std::string("no JSON")})
        EXPECT_EQ(server.post("/v1/b", body).status, 401) << body;
    EXPECT_EQ(server.log().counters().received, 3U) << "who is not known leaves nothing";
}

TEST(Ingest, RejectedEventsPastTheQuotaAreOnlyCounted) {
    TestServer server;
    std::string body = R"({"batch":[)";
    for (int i = 0; i < 1'500; ++i)
        body += i == 0 ? "1" : ",1";
    EXPECT_EQ(server.post("/v1/batch", body + "]}").status, 400);
    EXPECT_EQ(server.post("/v1/batch", "{").status, 400);
    const auto counters = server.log().counters();
    EXPECT_EQ(counters.received, 1'501U);
    EXPECT_EQ(counters.rejected, 1'000U);
    EXPECT_EQ(counters.dropped, 501U);
}

TEST(Ingest, AFullDiskIs503WithRetryAfterForBrowsersToo) {
    testing::TestServerOptions options;
    options.floors.hard_free_bytes = UINT64_MAX;
    TestServer server(options);
    const Answer answer = server.post("/v1/track", kTrack, "Origin: https://shop.example\r\n");
    EXPECT_EQ(answer.status, 503);
    EXPECT_THAT(answer.headers.at("retry-after"), MatchesRegex("[0-9]+"));
    EXPECT_EQ(answer.headers.at("access-control-expose-headers"), "Retry-After");
    EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "https://shop.example");
    EXPECT_THAT(answer.body, HasSubstr(R"("success":false)"));
}

}  // namespace
}  // namespace icelight::server
