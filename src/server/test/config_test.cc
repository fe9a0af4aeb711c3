#include "server/config.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(Config, HasDefaultsWithinTheirBounds) {
    auto config = Config::parse({});
    ASSERT_THAT(config, IsOk());
    EXPECT_EQ(config->text("server.listen"), "127.0.0.1:8787");
    EXPECT_EQ(config->duration("lake.target-lag"), std::chrono::seconds(10));
    EXPECT_EQ(config->number("log.segment-bytes"), 64 << 20);
    EXPECT_FALSE(config->is_on("server.insecure"));
    EXPECT_FALSE(config->is_set("server.listen"));
    EXPECT_EQ(config->summary(), "");
}

TEST(Config, TheCommandLineBeatsTheEnvironmentAndThatTheFile) {
    ConfigSources sources{
        .toml = "[lake]\ntarget-lag = '5s'\ntable = 'hits'\n[query]\nworkers = 3\n",
        .toml_name = "icelight.toml",
        .environment = {"ICELIGHT_LAKE_TARGET_LAG=6s", "ICELIGHT_QUERY_WORKERS=4", "PATH=/bin"},
        .flags = {"--target-lag", "7s"}};
    auto config = Config::parse(sources);
    ASSERT_THAT(config, IsOk());
    EXPECT_EQ(config->duration("lake.target-lag"), std::chrono::seconds(7));
    EXPECT_EQ(config->number("query.workers"), 4);
    EXPECT_EQ(config->text("lake.table"), "hits");
}

TEST(Config, AcceptsTheOriginalsVariableNames) {
    auto config = Config::parse(
        {.environment = {"AUTH_TOKEN=secret", "ROLL_INTERVAL=60", "AUTH_ENABLED=true"}});
    ASSERT_THAT(config, IsOk());
    EXPECT_EQ(config->text("auth.token"), "secret");
    EXPECT_EQ(config->duration("lake.target-lag"), std::chrono::seconds(60));
    EXPECT_TRUE(config->is_on("auth.enabled"));
    EXPECT_EQ(config->summary().find("secret"), std::string::npos);
    EXPECT_NE(config->summary().find("auth.token=***"), std::string::npos);
}

TEST(Config, AnUnknownKeyNamesTheNearestKnownOne) {
    EXPECT_THAT(Config::parse({.toml = "[lake]\ntarget-lg = '5s'", .toml_name = "a.toml"}),
                HasMessage("a.toml: unknown key lake.target-lg; did you mean lake.target-lag?"));
    EXPECT_THAT(Config::parse({.flags = {"--lisen", "x"}}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(Config::parse({.environment = {"ICELIGHT_QUERY_WORKER=1"}}),
                HasMessage("did you mean ICELIGHT_QUERY_WORKERS?"));
}

TEST(Config, AValueOutOfBoundsSaysWhatIsAllowed) {
    EXPECT_THAT(Config::parse({.flags = {"--target-lag=500ms"}}), HasMessage("1s to 1h"));
    EXPECT_THAT(Config::parse({.flags = {"--query-workers=many"}}), HasMessage("1 to 64"));
    EXPECT_THAT(Config::parse({.flags = {"--log-segment-bytes=1KiB"}}), HasMessage("1MiB to 1GiB"));
    EXPECT_THAT(Config::parse({.flags = {"--data"}}), HasMessage("--data needs a value"));
    EXPECT_THAT(Config::parse({.toml = "[lake\n", .toml_name = "a.toml"}), HasMessage("a.toml:"));
}

TEST(Config, UnderstandsUnits) {
    EXPECT_EQ(find_duration_ms("500ms"), 500);
    EXPECT_EQ(find_duration_ms("5m"), 300'000);
    EXPECT_EQ(find_duration_ms("3"), 3'000);
    EXPECT_EQ(find_duration_ms("-1s"), std::nullopt);
    EXPECT_EQ(find_duration_ms("1d"), std::nullopt);
    EXPECT_EQ(find_bytes("2KiB"), 2048);
    EXPECT_EQ(find_bytes("99999999999GiB"), std::nullopt);
}

// ICELIGHT_UPDATE_DOCS=1 rewrites the file instead.
TEST(OptionsMarkdown, IsWhatTheDocumentationSays) {
    const std::string path = std::string(ICELIGHT_SOURCE_DIR) + "/docs/configuration.md";
    if (std::getenv("ICELIGHT_UPDATE_DOCS") != nullptr) std::ofstream(path) << options_markdown();
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(text.str(), options_markdown());
}

}  // namespace
}  // namespace icelight::server
