#include "server/client_address.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "http/request.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;

std::string client_of(const std::string& peer,
                      const std::vector<std::string>& forwarded,
                      std::string_view proxies = "10.0.0.0/8, fd00::/8") {
    http::Request request;
    request.set_target("/");
    request.remote_address = peer;
    for (const auto& line : forwarded)
        request.add_header("X-Forwarded-For", line);
    const auto client = find_client_address(request, *ProxyList::parse(proxies));
    return client.address ? client.address->text() : "";
}

TEST(IpAddress, ReadsEveryFormThatProxiesWrite) {
    for (const char* text : {"203.0.113.7",
                             " 203.0.113.7 ",
                             "203.0.113.7:4711",
                             "\"203.0.113.7\"",
                             "::ffff:203.0.113.7",
                             "[::ffff:203.0.113.7]:80"}) {
        ASSERT_TRUE(IpAddress::parse(text)) << text;
        EXPECT_EQ(IpAddress::parse(text)->text(), "203.0.113.7") << text;
    }
    for (const char* text : {"2001:db8::1", "[2001:db8::1]", "[2001:DB8::1]:443", "2001:db8::1%2"})
        EXPECT_EQ(IpAddress::parse(text)->text(), "2001:db8::1") << text;
    for (const char* text : {"", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "[::1", "::g"})
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    EXPECT_FALSE(IpAddress::parse(std::string(100'000, '1')));
}

TEST(IpAddress, IsShortenedToItsNetwork) {
    EXPECT_EQ(IpAddress::parse("203.0.113.7")->truncated().text(), "203.0.113.0");
    EXPECT_EQ(IpAddress::parse("2001:db8:1:2:3::9")->truncated().text(), "2001:db8:1::");
    EXPECT_EQ(IpAddress::parse("2001:db8:1:2:3::9")->client().text(), "2001:db8:1:2::");
    EXPECT_EQ(IpAddress::parse("203.0.113.7")->client().text(), "203.0.113.7");
}

TEST(IpAddress, KnowsLoopback) {
    for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
        EXPECT_TRUE(IpAddress::parse(text)->is_loopback()) << text;
    for (const char* text : {"128.0.0.1", "::2", "1::1"})
        EXPECT_FALSE(IpAddress::parse(text)->is_loopback()) << text;
}

TEST(ProxyList, HoldsWhatItsBlocksCover) {
    const auto list = *ProxyList::parse("10.1.0.0/16,192.0.2.1, fd00::/8,::1");
    for (const char* text : {"10.1.255.255", "192.0.2.1", "fdff::1", "::1"})
        EXPECT_TRUE(list.holds(*IpAddress::parse(text))) << text;
    for (const char* text : {"10.2.0.0", "192.0.2.2", "fe00::1", "::2", "0.0.0.1"})
        EXPECT_FALSE(list.holds(*IpAddress::parse(text))) << text;
    for (const char* bad : {"10.0.0.0/33", "10.0.0.0/", "x", "fd00::/129", "10.0.0.0/8/8"}) {
        EXPECT_THAT(ProxyList::parse(bad), IsError(ErrorCode::kInvalidArgument)) << bad;
        EXPECT_THAT(ProxyList::parse(bad), HasMessage("trusted-proxies")) << bad;
    }
}

TEST(ClientAddress, AStrangersWordIsNotBelieved) {
    EXPECT_EQ(client_of("203.0.113.7", {"1.1.1.1"}), "203.0.113.7");
}

TEST(ClientAddress, IsTheRightmostHopThatIsNoProxy) {
    EXPECT_EQ(client_of("10.0.0.1", {"203.0.113.7"}), "203.0.113.7");
    EXPECT_EQ(client_of("10.0.0.1", {"1.1.1.1, 203.0.113.7, 10.0.0.2"}), "203.0.113.7");
    EXPECT_EQ(client_of("fd00::1", {"1.1.1.1,2001:db8::5, 10.0.0.2:80"}), "2001:db8::5");
    EXPECT_EQ(client_of("10.0.0.1", {}), "10.0.0.1");
}

TEST(ClientAddress, SeveralHeadersAreOneListInTheirOrder) {
    EXPECT_EQ(client_of("10.0.0.1", {"1.1.1.1", "203.0.113.7"}), "203.0.113.7");
    EXPECT_EQ(client_of("10.0.0.1", {"1.1.1.1, 203.0.113.7", "10.0.0.2"}), "203.0.113.7");
}

TEST(ClientAddress, WhatIsNoAddressEndsTheSearch) {
    EXPECT_EQ(client_of("10.0.0.1", {"203.0.113.7, unknown, 10.0.0.2"}), "10.0.0.2");
    EXPECT_EQ(client_of("10.0.0.1", {"203.0.113.7,"}), "10.0.0.1");
    EXPECT_EQ(client_of("10.0.0.1", {"10.0.0.3, 10.0.0.2"}), "10.0.0.3");
}

TEST(ClientAddress, ALongListCostsABoundedLook) {
    std::string line = "203.0.113.7";
    for (std::size_t i = 0; i < kForwardedHopsMax; ++i)
        line += ",10.0.0.2";
    EXPECT_EQ(client_of("10.0.0.1", {line}), "10.0.0.2");
}

TEST(ClientAddress, OnlyADirectRequestFromThisMachineIsLocal) {
    http::Request request;
    request.set_target("/");
    request.remote_address = "127.0.0.1";
    const auto none = *ProxyList::parse("");
    EXPECT_TRUE(find_client_address(request, none).is_local);
    EXPECT_FALSE(find_client_address(request, *ProxyList::parse("127.0.0.1")).is_local)
        << "a proxy's request is somebody else's";
    request.add_header("X-Forwarded-For", "203.0.113.7");
    EXPECT_FALSE(find_client_address(request, none).is_local);
    http::Request remote;
    remote.set_target("/");
    remote.remote_address = "203.0.113.7";
    EXPECT_FALSE(find_client_address(remote, none).is_local);
}

}  // namespace
}  // namespace icelight::server
