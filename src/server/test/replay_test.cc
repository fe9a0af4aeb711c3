#include "server/command/replay.h"

#include <gtest/gtest.h>

namespace icelight::server::command {
namespace {

// What it does is shown with a whole server in tests/e2e/test_dead_letters.py.
TEST(Replay, RefusesAWrongCommandLine) {
    EXPECT_EQ(run_replay({"--everything"}), 2);
    EXPECT_EQ(run_replay({"--offset", "one"}), 2);
    EXPECT_EQ(run_replay({"--data", "/nonexistent"}), 1);
}

}  // namespace
}  // namespace icelight::server::command
