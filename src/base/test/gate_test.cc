#include "base/gate.h"

#include <gtest/gtest.h>

namespace icelight {
namespace {

using namespace std::chrono_literals;

TEST(Gate, ClosesBehindWhatIsInside) {
    Gate gate;
    auto pass = gate.find_pass();
    ASSERT_TRUE(pass.has_value());
    gate.close();
    EXPECT_FALSE(gate.find_pass().has_value());
    EXPECT_FALSE(gate.wait_empty(deadline_in(1ms)));
    pass.reset();
    EXPECT_TRUE(gate.wait_empty(deadline_in(1s)));
}

}  // namespace
}  // namespace icelight
