// The commands on a stopped directory and on a server.
#include "server/key_command.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;
using testing::TestServer;

std::string first_line(const Result<CommandOutput>& said) {
    return said ? said->out.substr(0, said->out.find('\n')) : said.error().message;
}

TEST(KeyCommand, WorksOnADirectoryWithoutAServer) {
    const TempDir dir;
    const std::string data = (dir.path() / "data").string();
    const auto added = run_key_command("source", {"add", "Web shop", "--data", data}, {});
    ASSERT_THAT(added, IsOk());
    EXPECT_TRUE(first_line(added).starts_with("wk_"));
    const auto rotated =
        run_key_command("source", {"rotate", "web-shop", "--grace=1h", "--data=" + data}, {});
    ASSERT_THAT(rotated, IsOk());
    EXPECT_NE(first_line(rotated), first_line(added));
    ASSERT_THAT(run_key_command("source", {"disable", "web-shop", "--data", data}, {}), IsOk());
    const auto list = run_key_command("source", {"list"}, {"ICELIGHT_SERVER_DATA=" + data});
    ASSERT_THAT(list, IsOk());
    EXPECT_NE(list->out.find("web-shop"), std::string::npos);
    EXPECT_NE(list->out.find("disabled"), std::string::npos);
    EXPECT_NE(list->out.find(first_line(added).substr(0, 8)), std::string::npos);
    EXPECT_EQ(list->out.find(first_line(added)), std::string::npos);
}

TEST(KeyCommand, WorksOnAServer) {
    TestServer server;
    const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
    const auto token =
        run_key_command("token", {"add", "ops", "--role", "admin", "--server", url}, {});
    ASSERT_THAT(token, IsOk());
    // With a token set up nobody is an administrator for being on this machine.
    const auto refused = run_key_command("source", {"add", "web", "--server", url}, {});
    EXPECT_THAT(refused, IsError(ErrorCode::kUnauthenticated));
    EXPECT_THAT(refused, HasMessage("ICELIGHT_TOKEN"));
    const std::vector<std::string> environment = {"ICELIGHT_TOKEN=" + first_line(token)};
    const auto key = run_key_command("source", {"add", "web", "--server", url}, environment);
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ(server.post("/v1/track", R"({"userId":"u","event":"e"})").status, 401);
    EXPECT_EQ(server
                  .post("/v1/track",
                        R"({"userId":"u","event":"e"})",
                        "X-API-Key: " + first_line(key) + "\r\n")
                  .status,
              200);
    EXPECT_THAT(run_key_command("source", {"add", "web", "--server", url}, environment),
                HasMessage("already"));
    EXPECT_THAT(run_key_command("token", {"revoke", "ops", "--server", url}, environment), IsOk());
    EXPECT_NE(run_key_command("token", {"list", "--server", url}, {})->note.find("no tokens"),
              std::string::npos);
}

TEST(KeyCommand, AWrongLineIsAnsweredWithTheUsage) {
    const std::vector<std::vector<std::string>> lines = {
        {},
        {"ad", "x"},
        {"add"},
        {"add", "a", "b"},
        {"add", "a", "--colour", "red"},
        {"add", "a", "--origin"},
        {"add", "a", "--events-per-second", "many"},
        {"rotate", "a", "--grace", "soon"}};
    for (const auto& line : lines) {
        const auto refused = run_key_command("source", line, {});
        EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
        EXPECT_THAT(refused, HasMessage("usage:"));
    }
}

TEST(KeyCommand, ADirectoryThatIsNotThereIsNotMadeForALook) {
    const TempDir dir;
    const auto data = dir.path() / "none";
    EXPECT_THAT(run_key_command("source", {"list", "--data", data.string()}, {}),
                HasMessage("no such data directory"));
    EXPECT_FALSE(std::filesystem::exists(data));
}

}  // namespace
}  // namespace icelight::server
