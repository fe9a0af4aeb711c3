#include "server/auth.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "http/request.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(FindSecret, ReadsBearerBasicUserNameAndApiKey) {
    EXPECT_EQ(find_secret({.authorization = "Bearer key"}), "key");
    EXPECT_EQ(find_secret({.authorization = "bearer  key "}), "key");
    EXPECT_EQ(find_secret({.authorization = "Basic a2V5Og=="}), "key");
    EXPECT_EQ(find_secret({.authorization = "Basic a2V5OnBhc3M="}), "key");
    EXPECT_EQ(find_secret({.authorization = "Basic a2V5Og"}), "key");
    EXPECT_EQ(find_secret({.api_key = "key"}), "key");
    EXPECT_EQ(find_secret({.authorization = "Bearer key", .api_key = "other"}), "key");
}

TEST(FindSecret, WhatIsNoCredentialIsNone) {
    for (const char* text :
         {"", "Bearer", "Bearer ", "Basic !!!", "Basic Og==", "Digest key", "key"}) {
        EXPECT_EQ(find_secret({.authorization = text}), std::nullopt) << text;
    }
}

http::Request make_request(std::string_view authorization, std::string_view peer = "203.0.113.7") {
    http::Request request;
    request.set_target("/query");
    request.remote_address = peer;
    if (!authorization.empty()) request.add_header("Authorization", authorization);
    return request;
}

TEST(Auth, WithoutATokenThisMachineIsAnAdministratorAndNobodyElse) {
    const Auth auth({});
    EXPECT_THAT(auth.check_admin(make_request("", "127.0.0.1")), IsOk());
    EXPECT_THAT(auth.check_query(make_request("Bearer whatever", "::1")), IsOk());
    EXPECT_THAT(auth.check_query(make_request("")), HasMessage("Missing authentication token"));
    auto passed_on = make_request("", "127.0.0.1");
    passed_on.add_header("X-Forwarded-For", "203.0.113.7");
    EXPECT_THAT(auth.check_query(passed_on), IsError(ErrorCode::kUnauthenticated));
    const Auth insecure({.is_insecure = true});
    EXPECT_THAT(insecure.check_admin(make_request("")), IsOk());
}

TEST(Auth, AConfiguredTokenIsAnAdministrators) {
    const Auth auth({.api_token = "token"});
    EXPECT_TRUE(auth.has_token());
    EXPECT_THAT(auth.check_admin(make_request("Bearer token")), IsOk());
    EXPECT_THAT(auth.check_query(make_request("", "127.0.0.1")),
                HasMessage("Missing authentication token"));
    for (const char* wrong : {"Bearer Token", "Bearer token2", "Bearer tok"}) {
        EXPECT_THAT(auth.check_query(make_request(wrong)),
                    HasMessage("Invalid authentication token"))
            << wrong;
    }
}

TEST(Auth, TokensMayWhatTheirRoleAndScopesSay) {
    const app::HashKey key = app::make_hash_key();
    const auto table = std::make_shared<app::KeyTable>(key);
    table->add_token({.name = "a", .role = app::Role::kAdmin}, app::hash_secret(key, "admin"));
    table->add_token({.name = "r", .role = app::Role::kRead}, app::hash_secret(key, "read"));
    table->add_token({.name = "c", .role = app::Role::kCatalog, .scopes = {{"space", true}}},
                     app::hash_secret(key, "catalog"));
    const Auth auth({}, [table] { return table; });
    EXPECT_THAT(auth.check_admin(make_request("Bearer admin")), IsOk());
    EXPECT_THAT(auth.check_query(make_request("Bearer read")), IsOk());
    EXPECT_THAT(auth.check_admin(make_request("Bearer read")), IsError(ErrorCode::kForbidden));
    EXPECT_THAT(auth.check_query(make_request("Bearer catalog")), IsError(ErrorCode::kForbidden));
    EXPECT_TRUE((*auth.find_caller(make_request("Bearer catalog")))->may_write("space"));
    EXPECT_THAT(auth.check_query(make_request("", "127.0.0.1")),
                IsError(ErrorCode::kUnauthenticated))
        << "with a token set up this machine needs one too";
}

TEST(Auth, TheTokenAloneIsACredentialToo) {
    const app::HashKey key = app::make_hash_key();
    const auto table = std::make_shared<app::KeyTable>(key);
    table->add_token({.name = "r", .role = app::Role::kRead}, app::hash_secret(key, "read"));
    const Auth auth({.api_token = "admin"}, [table] { return table; });
    EXPECT_THAT(auth.check_admin(make_request("admin")), IsOk());
    EXPECT_THAT(auth.check_query(make_request("  read ")), IsOk());
    EXPECT_THAT(auth.check_admin(make_request("read")), IsError(ErrorCode::kForbidden))
        << "it may no more than with a scheme";
    for (const char* text :
         {"wrong", "Bearer", "Basic", "Token admin", "admin admin", "admin,read"})
        EXPECT_THAT(auth.check_query(make_request(text)), IsError(ErrorCode::kUnauthenticated))
            << text;
}

TEST(Host, KnowsLoopbackNames) {
    for (const char* host : {"localhost",
                             "LOCALHOST:8787",
                             "127.0.0.1",
                             "127.1.2.3:80",
                             "[::1]:8787",
                             "::1",
                             "app.localhost"}) {
        EXPECT_TRUE(is_loopback_host(host)) << host;
    }
    for (const char* host : {"",
                             "example.com",
                             "127.0.0.1.example.com",
                             "localhost.example.com",
                             "10.0.0.1",
                             "127.evil.com",
                             "[::2]:80",
                             "1270.0.0.1"}) {
        EXPECT_FALSE(is_loopback_host(host)) << host;
    }
}

TEST(Host, AForeignNameNeedsToBeConfigured) {
    EXPECT_FALSE(is_host_allowed("evil.example", "", false));
    EXPECT_TRUE(is_host_allowed("events.example:8787", "a.example, events.example", false));
    EXPECT_FALSE(is_host_allowed("evil.example", "events.example", true));
    EXPECT_TRUE(is_host_allowed("10.1.2.3:8787", "", true));
}

}  // namespace
}  // namespace icelight::server
