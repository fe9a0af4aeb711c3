// Shapes of the Iceberg REST catalog's answers (rest-catalog-open-api.yaml).
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using http::testing::Client;
using http::testing::make_request;
using ::testing::HasSubstr;
using testing::TestServer;

constexpr std::string_view kEvents = "/iceberg/v1/namespaces/analytics/tables/events";

boost::json::value json_of(const Answer& answer) {
    boost::json::error_code error;
    auto value = boost::json::parse(answer.body, error);
    EXPECT_FALSE(error) << answer.body;
    return value;
}

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
    const Answer wrong_method = server.post(kEvents, "{}");
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

}  // namespace
}  // namespace icelight::server
