#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/json_of.h"
#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using http::testing::make_request;
using testing::json_of;
using testing::TestServer;

constexpr std::string_view kForm = "Content-Type: application/x-www-form-urlencoded\r\n";

Answer ask(const TestServer& server, std::string_view form, const std::string& headers = "") {
    return server.call(
        make_request("POST", "/iceberg/v1/oauth/tokens", form, std::string(kForm) + headers));
}

testing::TestServerOptions guarded() {
    testing::TestServerOptions options;
    options.auth.api_token = "token+1";
    return options;
}

TEST(CatalogTokens, ACredentialIsChangedForTheTokenInIt) {
    TestServer server(guarded());
    const Answer given = ask(
        server, "grant_type=client_credentials&client_id=me&client_secret=token%2B1&scope=catalog");
    ASSERT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(given.headers.at("cache-control"), "no-store");
    const auto json = json_of(given);
    EXPECT_EQ(json.at("token_type").as_string(), "bearer");
    const std::string token(json.at("access_token").as_string());
    EXPECT_EQ(server.get("/iceberg/v1/config", "Authorization: Bearer " + token + "\r\n").status,
              200);
    // "me:token+1", and a client that renews what it has.
    EXPECT_EQ(
        ask(server, "grant_type=client_credentials", "Authorization: Basic bWU6dG9rZW4rMQ==\r\n")
            .status,
        200);
    EXPECT_EQ(ask(server,
                  "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&"
                  "subject_token=token%2B1")
                  .status,
              200);
}

TEST(CatalogTokens, WhatIsNoTokenIsRefusedInTheWordsOfOauth) {
    TestServer server(guarded());
    for (const char* form : {"grant_type=client_credentials&client_id=token%2B1&client_secret=x",
                             "grant_type=client_credentials&client_id=me",
                             "grant_type=client_credentials&client_secret="}) {
        const Answer refused = ask(server, form);
        EXPECT_EQ(refused.status, 401) << form;
        EXPECT_EQ(json_of(refused).at("error").as_string(), "invalid_client");
    }
    EXPECT_EQ(json_of(ask(server, "grant_type=password")).at("error").as_string(),
              "unsupported_grant_type");
    EXPECT_EQ(ask(server, "{}").status, 400);
    EXPECT_EQ(ask(server,
                  "grant_type=client_credentials&client_secret=token%2B1",
                  "Origin: http://elsewhere.example\r\n")
                  .status,
              403);
}

TEST(CatalogTokens, AServerThatAsksForNoneTakesAny) {
    TestServer server;
    EXPECT_EQ(ask(server, "grant_type=client_credentials&client_id=a&client_secret=b").status, 200);
}

}  // namespace
}  // namespace icelight::server
