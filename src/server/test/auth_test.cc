#include "server/auth.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

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

TEST(Auth, IngestIsOpenUntilAKeyIsNeeded) {
    const Auth open({});
    EXPECT_THAT(open.check_ingest({}), IsOk());
    EXPECT_THAT(open.check_ingest({.authorization = "Bearer whatever"}), IsOk());
}

TEST(Auth, IngestAnswersWithTheOriginalsTexts) {
    const Auth auth({.is_write_key_needed = true, .write_key = "key", .api_token = ""});
    EXPECT_THAT(auth.check_ingest({.authorization = "Bearer key"}), IsOk());
    EXPECT_THAT(auth.check_ingest({}), IsError(ErrorCode::kUnauthenticated));
    EXPECT_THAT(auth.check_ingest({}), HasMessage("Missing authentication token"));
    for (const char* wrong : {"Bearer Key", "Bearer key2", "Bearer ke"}) {
        EXPECT_THAT(auth.check_ingest({.authorization = wrong}),
                    HasMessage("Invalid authentication token"))
            << wrong;
    }
}

TEST(Auth, AWriteKeyDoesNotOpenQueries) {
    const Auth auth({.is_write_key_needed = true, .write_key = "key", .api_token = "token"});
    EXPECT_THAT(auth.check_query({.authorization = "Bearer key"}),
                IsError(ErrorCode::kUnauthenticated));
    EXPECT_THAT(auth.check_query({.authorization = "Bearer token"}), IsOk());
    EXPECT_THAT(auth.check_ingest({.authorization = "Bearer token"}),
                IsError(ErrorCode::kUnauthenticated));
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
