#include "base/child.h"

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

TEST(Child, KillEndsIt) {
    auto child = Child::spawn({.arguments = {"--gtest_filter=Gate.*", "--gtest_repeat=1000000"}});
    ASSERT_THAT(child, testing::IsOk());
    child->kill();
    EXPECT_EQ(child->wait(deadline_in(20s)), "signal 9");
}

}  // namespace
}  // namespace icelight
