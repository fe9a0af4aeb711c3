#include "server/ingest_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"
#include "http/request.h"

namespace icelight::server {
namespace {

using icelight::testing::FakeClock;
using ::testing::HasSubstr;

constexpr char kBasicKey[] = "Basic d2ViLWtleTo=";  // web-key:

class IngestGateTest : public ::testing::Test {
protected:
    IngestGateTest() {
        table_->add_source({.id = "web"});
        add_key("web", "web-key");
        table_->add_source({.id = "ios", .ip_policy = app::IpPolicy::kTruncate});
        add_key("ios", "ios-key");
        table_->add_source({.id = "off", .is_enabled = false});
        add_key("off", "off-key");
        table_->add_source({.id = "shop", .allowed_origins = {"https://shop.example"}});
        add_key("shop", "shop-key");
        table_->add_source({.id = "slow", .events_per_second_max = 1});
        add_key("slow", "slow-key");
    }

    void add_key(const char* source, const char* secret) {
        table_->add_write_key({.source_id = source}, app::hash_secret(key_, secret));
    }

    IngestGate make_gate(IngestGateOptions options = {}) {
        options.proxies = *ProxyList::parse("10.0.0.0/8");
        return {std::move(options), [this] { return table_; }, clock_};
    }

    using Headers = std::vector<std::pair<std::string, std::string>>;

    static http::Request make_request(const Headers& headers,
                                      const char* target = "/v1/batch",
                                      const char* peer = "203.0.113.7") {
        http::Request request;
        request.method = http::Method::kPost;
        request.set_target(target);
        request.remote_address = peer;
        for (const auto& [name, value] : headers)
            request.add_header(name, value);
        return request;
    }

    /// The source that the head leads to; "401" and its like when it is refused;
    /// "body".
    static std::string outcome(IngestGate& gate, http::Request request) {
        const auto refusal = gate.refuse(request);
        if (refusal) return std::to_string(refusal->status);
        const auto source = gate.source_of(request);
        return source == nullptr ? "body" : source->id;
    }

    FakeClock clock_;
    app::HashKey key_ = app::make_hash_key();
    std::shared_ptr<app::KeyTable> table_ = std::make_shared<app::KeyTable>(key_);
};

TEST_F(IngestGateTest, AKeyMayComeByEveryCarrier) {
    auto gate = make_gate();
    EXPECT_EQ(outcome(gate, make_request({{"Authorization", kBasicKey}})), "web");
    EXPECT_EQ(outcome(gate, make_request({{"Authorization", "Bearer web-key"}})), "web");
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "web-key"}})), "web");
    EXPECT_EQ(outcome(gate, make_request({{"X-Write-Key", "web-key"}})), "web");
    EXPECT_EQ(outcome(gate, make_request({}, "/beacon/v1/batch?a=1&writeKey=web%2Dkey")), "web");
    EXPECT_EQ(outcome(gate, make_request({})), "body");
    EXPECT_EQ(gate.admit_body_key(make_request({}), "ios-key").source->id, "ios");
}

TEST_F(IngestGateTest, AKeyWithoutItsSchemeIsNone) {
    auto gate = make_gate();
    EXPECT_EQ(outcome(gate, make_request({{"Authorization", "web-key"}})), "body");
    EXPECT_NE(gate.admit_body_key(make_request({{"Authorization", "web-key"}}), "").refusal,
              std::nullopt);
}

TEST_F(IngestGateTest, TheFirstKeyThatIsGoodCounts) {
    auto gate = make_gate();
    EXPECT_EQ(
        outcome(gate, make_request({{"Authorization", "Bearer oauth"}}, "/v1/b?writeKey=web-key")),
        "web");
    // Segment's OAuth: the token says who asks, the body for which source.
    const auto oauth = make_request({{"Authorization", "Bearer oauth"}});
    EXPECT_EQ(outcome(gate, oauth), "body");
    EXPECT_EQ(gate.admit_body_key(oauth, "web-key").source->id, "web");
}

TEST_F(IngestGateTest, AWrongKeyIsRefusedInTheWordsSdksLookFor) {
    auto gate = make_gate();
    auto request = make_request({{"Authorization", "Basic eDo="}});
    const auto wrong = gate.refuse(request);
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->status, 401);
    EXPECT_THAT(wrong->body, HasSubstr(R"("success":false)"));
    EXPECT_THAT(wrong->body, HasSubstr(R"("error":"Invalid authentication token")"));
    EXPECT_THAT(wrong->body, HasSubstr(R"("code":"unauthenticated")"));
    EXPECT_THAT(wrong->body, HasSubstr("invalid write key"));
    EXPECT_TRUE(gate.takes_key("web-key"));
    EXPECT_FALSE(gate.takes_key("off-key"));
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "off-key"}})), "401")
        << "the source is disabled";
    const auto missing = gate.admit_body_key(make_request({}), "");
    ASSERT_TRUE(missing.refusal);
    EXPECT_THAT(missing.refusal->body, HasSubstr(R"("error":"Missing authentication token")"));
}

TEST_F(IngestGateTest, WhereNoKeyIsNeededEverythingIsOfTheDefaultSource) {
    auto gate = make_gate({.is_key_needed = false});
    EXPECT_TRUE(gate.takes_key("no-key"));
    EXPECT_EQ(outcome(gate, make_request({})), "default");
    EXPECT_EQ(outcome(gate, make_request({{"Authorization", kBasicKey}})), "default");
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "no-key"}})), "default");
}

TEST_F(IngestGateTest, AKeyIsNeededAsSoonAsThereIsASource) {
    table_ = std::make_shared<app::KeyTable>(key_);
    auto gate = make_gate();
    EXPECT_FALSE(gate.is_key_needed());
    EXPECT_EQ(outcome(gate, make_request({})), "default");
    auto next = std::make_shared<app::KeyTable>(key_);
    next->add_source({.id = "web"});
    table_ = next;
    EXPECT_TRUE(gate.is_key_needed());
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "x"}})), "401");
}

TEST_F(IngestGateTest, TheOriginalsTokenIsAKeyOfTheDefaultSource) {
    auto gate = make_gate({.write_key = "original"});
    EXPECT_EQ(outcome(gate, make_request({{"Authorization", "Bearer original"}})), "default");
    EXPECT_EQ(outcome(gate, make_request({{"Authorization", kBasicKey}})), "web");
    EXPECT_TRUE(gate.has_usable_key());
}

TEST_F(IngestGateTest, PagesOfOtherOriginsMayNotSendForASourceThatNamesItsOwn) {
    auto gate = make_gate();
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "shop-key"}})), "shop");
    EXPECT_EQ(
        outcome(gate,
                make_request({{"X-API-Key", "shop-key"}, {"Origin", "https://SHOP.example"}})),
        "shop");
    EXPECT_EQ(
        outcome(gate,
                make_request({{"X-API-Key", "shop-key"}, {"Origin", "https://evil.example"}})),
        "403");
    EXPECT_EQ(gate.admit_body_key(make_request({{"Origin", "null"}}), "shop-key").refusal->status,
              403);
}

TEST_F(IngestGateTest, WrongKeysAreAnswered429AfterAWhileAndGoodOnesAreNot) {
    auto gate = make_gate();
    std::string last;
    for (int i = 0; i < 100; ++i)
        last = outcome(gate, make_request({{"X-API-Key", "guess"}}));
    EXPECT_EQ(last, "429");
    EXPECT_EQ(outcome(gate, make_request({})), "429") << "its body is not read for another key";
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "web-key"}})), "web");
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "guess"}}, "/v1/batch", "203.0.113.8")),
              "401")
        << "another address";
    clock_.advance(std::chrono::seconds(60));
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "guess"}})), "401");
}

TEST_F(IngestGateTest, AnAddressHasABucketAndAllOfAnIpv6NetworkShareIt) {
    auto gate = make_gate({.address_rate = {.per_second = 0.1, .burst = 2}});
    const Headers headers = {{"X-API-Key", "web-key"}};
    EXPECT_EQ(outcome(gate, make_request(headers, "/v1/batch", "2001:db8::1")), "web");
    EXPECT_EQ(outcome(gate, make_request(headers, "/v1/batch", "2001:db8::2")), "web");
    auto third = make_request(headers, "/v1/batch", "2001:db8::3");
    const auto refusal = gate.refuse(third);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, 429);
    EXPECT_EQ(refusal->headers.back(), (std::pair<std::string, std::string>("Retry-After", "10")));
    EXPECT_EQ(outcome(gate, make_request(headers, "/v1/batch", "2001:db8:0:1::3")), "web");
}

TEST_F(IngestGateTest, BehindATrustedProxyTheClientCountsAndTheMachineItselfDoesNot) {
    auto gate = make_gate({.address_rate = {.per_second = 1, .burst = 1}});
    const auto from = [](const char* client) {
        return make_request(
            {{"X-API-Key", "web-key"}, {"X-Forwarded-For", client}}, "/v1/batch", "10.0.0.1");
    };
    EXPECT_EQ(outcome(gate, from("203.0.113.7")), "web");
    EXPECT_EQ(outcome(gate, from("203.0.113.8")), "web");
    EXPECT_EQ(outcome(gate, from("1.1.1.1, 203.0.113.8")), "429");
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "web-key"}}, "/v1/batch", "127.0.0.1")),
                  "web");
    }
}

TEST_F(IngestGateTest, ASourceOwesForItsEventsAndThenWaits) {
    auto gate = make_gate();
    auto request = make_request({{"X-API-Key", "slow-key"}});
    ASSERT_FALSE(gate.refuse(request));
    gate.charge(*gate.source_of(request), 100);
    auto next = make_request({{"X-API-Key", "slow-key"}});
    const auto refusal = gate.refuse(next);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, 429);
    EXPECT_EQ(refusal->headers.back().second, "91") << "100 events, 10 of them a burst, 1 a second";
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "web-key"}})), "web");
    clock_.advance(std::chrono::seconds(91));
    EXPECT_EQ(outcome(gate, make_request({{"X-API-Key", "slow-key"}})), "slow");
}

TEST_F(IngestGateTest, KeepsOfTheAddressWhatThePolicySays) {
    auto gate = make_gate();
    const auto request = make_request({{"X-Forwarded-For", "203.0.113.7"}}, "/", "10.0.0.1");
    EXPECT_EQ(gate.kept_address(request, {.ip_policy = app::IpPolicy::kKeep}), "203.0.113.7");
    EXPECT_EQ(gate.kept_address(request, {.ip_policy = app::IpPolicy::kTruncate}), "203.0.113.0");
    EXPECT_EQ(gate.kept_address(request, {.ip_policy = app::IpPolicy::kRemove}), "");
    const std::string hashed = gate.kept_address(request, {.ip_policy = app::IpPolicy::kHash});
    EXPECT_EQ(hashed, table_->hash_address("203.0.113.7"));
    EXPECT_EQ(hashed.size(), 16U);
}

}  // namespace
}  // namespace icelight::server
