#include "server/key_admin.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "app/key_store.h"
#include "base/testing/fake_clock.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::server {
namespace {

using icelight::testing::FakeClock;
using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

class KeyAdminTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto database = app::Database::open(dir_.path() / "app.db", clock_);
        ASSERT_THAT(database, IsOk());
        database_ = std::make_unique<app::Database>(std::move(*database));
        store_ = std::move(*app::KeyStore::open(*database_, clock_));
    }

    Result<std::string> call(const char* method,
                             std::vector<std::string> path,
                             const char* body = "") {
        return run_key_call(*store_, {.method = method, .path = std::move(path), .body = body});
    }

    TempDir dir_;
    FakeClock clock_;
    std::unique_ptr<app::Database> database_;
    std::unique_ptr<app::KeyStore> store_;
};

TEST_F(KeyAdminTest, ASourceIsMadeShownChangedAndRotated) {
    const auto made = call("POST",
                           {"sources"},
                           R"({"name":"Web shop","ip_policy":"truncate",
                               "allowed_origins":["https://a.example"]})");
    ASSERT_THAT(made, IsOk());
    const auto answer = boost::json::parse(*made).as_object();
    EXPECT_EQ(answer.at("source").at("id").as_string(), "web-shop");
    const std::string key(answer.at("write_key").as_string());
    EXPECT_NE(store_->table()->find_by_key(key, clock_.now_us()), nullptr);

    ASSERT_THAT(call("PATCH", {"sources", "web-shop"}, R"({"enabled":false})"), IsOk());
    const auto list = boost::json::parse(*call("GET", {"sources"})).as_object();
    const auto& source = list.at("sources").as_array().at(0).as_object();
    EXPECT_EQ(source.at("enabled"), false);
    EXPECT_EQ(source.at("ip_policy").as_string(), "truncate") << "what is not named stays";
    EXPECT_EQ(source.at("created_at").as_string(), "2023-11-14T22:13:20Z");
    EXPECT_EQ(boost::json::serialize(list).find(key), std::string::npos) << "shown once only";

    clock_.advance(std::chrono::seconds(1));  // keys are listed by age; of one age in any order
    const auto rotated = call("POST", {"sources", "web-shop", "rotate"}, R"({"grace_seconds":60})");
    ASSERT_THAT(rotated, IsOk());
    const auto keys =
        boost::json::parse(*call("GET", {"sources"})).at("sources").at(0).at("keys").as_array();
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[0].at("expires_at").as_string(), "2023-11-14T22:14:21Z");
    EXPECT_TRUE(keys[1].at("expires_at").is_null());
}

TEST_F(KeyAdminTest, ATokenIsMadeShownAndRevoked) {
    const auto made = call(
        "POST", {"tokens"}, R"({"name":"spark","role":"catalog","scopes":["analytics:write"]})");
    ASSERT_THAT(made, IsOk());
    const std::string secret(boost::json::parse(*made).at("secret").as_string());
    EXPECT_TRUE(store_->table()->find_token(secret)->may_write("analytics"));
    EXPECT_EQ(call("GET", {"tokens"})->find(secret), std::string::npos);
    ASSERT_THAT(call("DELETE", {"tokens", "spark"}), IsOk());
    EXPECT_EQ(*call("GET", {"tokens"}), R"({"success":true,"tokens":[]})");
}

TEST_F(KeyAdminTest, WhatIsWrongIsNamed) {
    EXPECT_THAT(call("POST", {"sources"}, "no json"), HasMessage("Invalid JSON body"));
    EXPECT_THAT(call("POST", {"sources"}, "[]"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(call("POST", {"sources"}, R"({"nam":"a"})"), HasMessage("nam: unknown"));
    EXPECT_THAT(call("POST", {"sources"}, R"({"name":7})"), HasMessage("name:"));
    EXPECT_THAT(call("POST", {"sources"}, R"({"name":"a","ip_policy":"x"})"),
                HasMessage("ip_policy:"));
    EXPECT_THAT(call("POST", {"tokens"}, R"({"name":"a","role":"root"})"), HasMessage("role:"));
    EXPECT_THAT(call("POST", {"tokens"}, R"({"name":"a","scopes":["x"]})"), HasMessage("scope"));
    EXPECT_THAT(call("PATCH", {"sources", "none"}, "{}"), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(call("GET", {"others"}), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace icelight::server
