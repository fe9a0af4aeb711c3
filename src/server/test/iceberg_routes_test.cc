// Shapes of the Iceberg REST catalog's answers (rest-catalog-open-api.yaml).
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/json_of.h"
#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using http::testing::Client;
using http::testing::make_request;
using ::testing::HasSubstr;
using testing::json_of;
using testing::TestServer;

constexpr std::string_view kEvents = "/iceberg/v1/namespaces/analytics/tables/events";

TEST(CatalogApi, ConfigHasNoPrefixAndListsItsEndpoints) {
    TestServer server;
    const Answer answer = server.get("/iceberg/v1/config?warehouse=x");
    EXPECT_EQ(answer.status, 200);
    const auto config = json_of(answer);
    EXPECT_TRUE(config.at("defaults").as_object().empty());
    EXPECT_TRUE(config.at("overrides").as_object().empty());
    EXPECT_GE(config.at("endpoints").as_array().size(), 6U);
}

TEST(CatalogApi, NamespacesAreListedLoadedAndAskedFor) {
    TestServer server;
    EXPECT_EQ(json_of(server.get("/iceberg/v1/namespaces")).at("namespaces"),
              boost::json::parse(R"([["analytics"]])"));
    EXPECT_EQ(json_of(server.get("/iceberg/v1/namespaces?parent=analytics")).at("namespaces"),
              boost::json::parse("[]"));
    const auto loaded = json_of(server.get("/iceberg/v1/namespaces/analytics"));
    EXPECT_EQ(loaded.at("namespace"), boost::json::parse(R"(["analytics"])"));
    Client client(server.port());
    client.send(make_request("HEAD", "/iceberg/v1/namespaces/analytics"));
    EXPECT_EQ(client.read(true).status, 204);
    client.send(make_request("HEAD", "/iceberg/v1/namespaces/none"));
    EXPECT_EQ(client.read(true).status, 404);
}

TEST(CatalogApi, TablesAreListedAndLoadedWithAnEmptyConfig) {
    TestServer server;
    const auto listed = json_of(server.get("/iceberg/v1/namespaces/analytics/tables"));
    EXPECT_EQ(listed.at("identifiers").as_array().size(), 2U);
    const auto loaded = json_of(server.get(kEvents));
    EXPECT_TRUE(loaded.at("config").as_object().empty());
    EXPECT_THAT(std::string(loaded.at("metadata-location").as_string()), HasSubstr("file:///"));
    EXPECT_EQ(loaded.at("metadata").at("format-version").as_int64(), 2);
    Client client(server.port());
    client.send(make_request("HEAD", kEvents));
    EXPECT_EQ(client.read(true).status, 204);
}

TEST(CatalogApi, ErrorsHaveTheSpecsShapeAndType) {
    TestServer server;
    const Answer no_table = server.get("/iceberg/v1/namespaces/analytics/tables/none");
    EXPECT_EQ(no_table.status, 404);
    EXPECT_EQ(json_of(no_table).at("error").at("type").as_string(), "NoSuchTableException");
    EXPECT_EQ(json_of(no_table).at("error").at("code").as_int64(), 404);
    const Answer no_space = server.get("/iceberg/v1/namespaces/a%1Fb/tables");
    EXPECT_EQ(no_space.status, 404);
    EXPECT_EQ(json_of(no_space).at("error").at("type").as_string(), "NoSuchNamespaceException");
    const Answer no_path = server.get("/iceberg/v1/nothing");
    EXPECT_EQ(no_path.status, 404);
    EXPECT_TRUE(json_of(no_path).at("error").as_object().contains("message"));
    const Answer wrong_method = server.call(make_request("PUT", kEvents, "{}"));
    EXPECT_EQ(wrong_method.status, 405);
    EXPECT_TRUE(json_of(wrong_method).as_object().contains("error"));
}

TEST(CatalogApi, ATokenIsAskedForWhenOneIsSet) {
    testing::TestServerOptions options;
    options.auth.api_token = "token";
    TestServer server(options);
    const Answer refused = server.get("/iceberg/v1/config");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(json_of(refused).at("error").at("type").as_string(), "NotAuthorizedException");
    EXPECT_EQ(server.get("/iceberg/v1/config", "Authorization: Bearer token\r\n").status, 200);
    EXPECT_EQ(server.get("/tables/analytics").status, 401);
}

constexpr std::string_view kJson = "Content-Type: application/json\r\n";
constexpr std::string_view kSpaces = "/iceberg/v1/namespaces";

Answer send_json(const TestServer& server, std::string_view path, std::string_view body) {
    return server.call(make_request("POST", path, body, kJson));
}

TEST(CatalogApi, NamespacesAreMadeChangedPagedAndDropped) {
    TestServer server;
    for (const char* name : {"b", "c", "d"}) {
        const std::string body =
            std::string(R"({"namespace":[")") + name + R"("],"properties":{"a":"1"}})";
        EXPECT_EQ(send_json(server, kSpaces, body).status, 200);
        EXPECT_EQ(send_json(server, kSpaces, body).status, 409);
    }
    const auto first = json_of(server.get("/iceberg/v1/namespaces?pageSize=2"));
    EXPECT_EQ(first.at("namespaces"), boost::json::parse(R"([["analytics"],["b"]])"));
    const auto second = json_of(server.get("/iceberg/v1/namespaces?pageSize=2&pageToken=b"));
    EXPECT_EQ(second.at("namespaces"), boost::json::parse(R"([["c"],["d"]])"));
    EXPECT_FALSE(second.as_object().contains("next-page-token"));
    EXPECT_EQ(server.get("/iceberg/v1/namespaces?pageSize=x").status, 400);
    const Answer changed = send_json(server,
                                     "/iceberg/v1/namespaces/b/properties",
                                     R"({"removals":["a","z"],"updates":{"k":"v"}})");
    EXPECT_EQ(json_of(changed),
              boost::json::parse(R"({"updated":["k"],"removed":["a"],"missing":["z"]})"));
    EXPECT_EQ(send_json(server,
                        "/iceberg/v1/namespaces/b/properties",
                        R"({"removals":["k"],"updates":{"k":"v"}})")
                  .status,
              422);
    EXPECT_EQ(server.call(make_request("DELETE", "/iceberg/v1/namespaces/b")).status, 204);
    const Answer full = server.call(make_request("DELETE", "/iceberg/v1/namespaces/analytics"));
    EXPECT_EQ(full.status, 409);
    EXPECT_EQ(json_of(full).at("error").at("type").as_string(), "NamespaceNotEmptyException");
}

constexpr std::string_view kNewTable = R"({"name":"t","schema":{"type":"struct","fields":[)"
                                       R"({"id":7,"name":"a","required":false,"type":"string"}]}})";

TEST(CatalogApi, TablesAreMadeWithFreshIdsTaggedRenamedAndDropped) {
    TestServer server;
    const Answer made = send_json(server, "/iceberg/v1/namespaces/analytics/tables", kNewTable);
    ASSERT_EQ(made.status, 200) << made.body;
    const auto metadata = json_of(made).at("metadata");
    EXPECT_EQ(metadata.at("schemas").at(0).at("fields").at(0).at("id").as_int64(), 1);
    EXPECT_EQ(send_json(server, "/iceberg/v1/namespaces/analytics/tables", kNewTable).status, 409);
    const std::string table = "/iceberg/v1/namespaces/analytics/tables/t";
    const std::string tag = server.get(table).headers.at("etag");
    EXPECT_EQ(server.get(table, "If-None-Match: " + tag + "\r\n").status, 304);
    EXPECT_NE(server.get(table + "?snapshots=refs").headers.at("etag"), tag);
    EXPECT_EQ(send_json(server,
                        table,
                        R"({"requirements":[],"updates":[{"action":"set-properties",)"
                        R"("updates":{"k":"v"}}]})")
                  .status,
              200);
    EXPECT_EQ(server.get(table, "If-None-Match: " + tag + "\r\n").status, 200) << "it changed";
    EXPECT_EQ(send_json(server, table + "/metrics", "{}").status, 204);
    EXPECT_EQ(send_json(server,
                        "/iceberg/v1/tables/rename",
                        R"({"source":{"namespace":["analytics"],"name":"t"},)"
                        R"("destination":{"namespace":["analytics"],"name":"u"}})")
                  .status,
              204);
    EXPECT_EQ(server.get(table).status, 404);
    EXPECT_EQ(
        server.call(make_request("DELETE", "/iceberg/v1/namespaces/analytics/tables/u")).status,
        204);
}

TEST(CatalogApi, OneKeyIsOneChange) {
    TestServer server;
    const std::string key = "Idempotency-Key: 018f4e2a-0000-7000-8000-000000000001\r\n";
    const auto create = [&](std::string_view body, const std::string& headers) {
        return server.call(make_request("POST", kSpaces, body, std::string(kJson) + headers));
    };
    EXPECT_EQ(create(R"({"namespace":["n"]})", key).status, 200);
    EXPECT_EQ(create(R"({"namespace":["n"]})", key).status, 200) << "as the first time";
    EXPECT_EQ(create(R"({"namespace":["n"]})", "").status, 409) << "control: without the key";
    EXPECT_EQ(create(R"({"namespace":["m"]})", key).status, 400) << "another request";
    EXPECT_EQ(create(R"({"namespace":["m"]})", "Idempotency-Key: x\r\n").status, 400);
}

TEST(CatalogApi, ChangesNeedJsonAndNoForeignPage) {
    TestServer server;
    const std::string_view body = R"({"namespace":["n"]})";
    EXPECT_EQ(
        server.call(make_request("POST", kSpaces, body, "Content-Type: text/plain\r\n")).status,
        415);
    EXPECT_EQ(
        server
            .call(make_request(
                "POST", kSpaces, body, std::string(kJson) + "Origin: http://elsewhere.example\r\n"))
            .status,
        403);
    EXPECT_EQ(send_json(server, kSpaces, "not json").status, 400);
    EXPECT_EQ(
        send_json(server, "/iceberg/v1/transactions/commit", R"({"table-changes":[]})").status,
        400);
}

}  // namespace
}  // namespace icelight::server
