#include "base/child.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight {
namespace {

using namespace std::chrono_literals;

// The child is this test program again; --gtest_list_tests makes it end by itself with status 0.
TEST(Child, RunsTheSameProgramAndReportsItsExit) {
    auto child = Child::spawn({.arguments = {"--gtest_list_tests"}});
    ASSERT_THAT(child, testing::IsOk());
    EXPECT_GT(child->pid(), 0);
    EXPECT_EQ(child->wait(deadline_in(20s)), "exit 0");
}

TEST(Child, RunsIsolatedOrFallsBack) {
    auto child = Child::spawn({.arguments = {"--gtest_list_tests"}, .is_isolated = true});
    ASSERT_THAT(child, testing::IsOk());
    EXPECT_EQ(child->wait(deadline_in(20s)), "exit 0");
}

std::uint16_t port_of(int listener) {
    sockaddr_in address{};
    socklen_t bytes = sizeof(address);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &bytes);
    EXPECT_EQ(ntohl(address.sin_addr.s_addr), INADDR_LOOPBACK);
    return ntohs(address.sin_port);
}

/// Whether this process comes to what listens on its loopback.
bool can_connect(std::uint16_t port) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(socket.number(), where, sizeof(address)) == 0;
}

TEST(Child, ItsListenerListensInItsOwnNetwork) {
    for (const bool is_isolated : {false, true}) {
        auto child = Child::spawn({.arguments = {"--gtest_list_tests"},
                                   .is_isolated = is_isolated,
                                   .has_listener = true});
        ASSERT_THAT(child, testing::IsOk());
        const auto listener = child->take_listener();
        ASSERT_TRUE(listener.is_open());
        // From here its network is not reached, unless it is the same one.
        EXPECT_EQ(can_connect(port_of(listener.number())), !child->has_own_network());
        EXPECT_TRUE(is_isolated || !child->has_own_network());
        EXPECT_EQ(child->wait(deadline_in(20s)), "exit 0");
    }
    auto plain = Child::spawn({.arguments = {"--gtest_list_tests"}});
    ASSERT_THAT(plain, testing::IsOk());
    EXPECT_FALSE(plain->take_listener().is_open());
}

TEST(Child, KillEndsIt) {
    auto child = Child::spawn({.arguments = {"--gtest_filter=Gate.*", "--gtest_repeat=1000000"}});
    ASSERT_THAT(child, testing::IsOk());
    child->kill();
    EXPECT_EQ(child->wait(deadline_in(20s)), "signal 9");
}

}  // namespace
}  // namespace icelight
