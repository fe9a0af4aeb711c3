#include "server/command/load_config.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::server::command {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(TakeFlag, TakesAFlagAndItsValueInBothSpellings) {
    std::vector<std::string> arguments{"--a", "1", "--b=2", "--yes", "--c"};
    std::string value;
    EXPECT_TRUE(take_flag(arguments, "--a", &value));
    EXPECT_EQ(value, "1");
    EXPECT_TRUE(take_flag(arguments, "--b", &value));
    EXPECT_EQ(value, "2");
    EXPECT_TRUE(take_flag(arguments, "--yes", nullptr));
    EXPECT_FALSE(take_flag(arguments, "--yes", nullptr));
    EXPECT_EQ(arguments, std::vector<std::string>{"--c"});
    EXPECT_TRUE(take_flag(arguments, "--c", &value));
    EXPECT_TRUE(arguments.empty());
}

TEST(LoadConfig, ReadsFlagsAndNamesWhatIsWrong) {
    const auto config = load_config({"--lake-snapshots-kept", "7"});
    ASSERT_THAT(config, IsOk());
    EXPECT_EQ(config->number("lake.snapshots-kept"), 7);
    EXPECT_THAT(load_config({"--nonsense"}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(load_config({"--config", "/nowhere.toml"}), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::server::command
