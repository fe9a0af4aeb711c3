#include "server/command/target_options.h"

#include <CLI/CLI.hpp>
#include <fstream>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::server::command {
namespace {

using ::icelight::testing::HasMessage;
using ::icelight::testing::IsError;
using ::icelight::testing::IsOk;
using ::icelight::testing::TempDir;

TEST(TargetOptions, WhatTheLineLeavesOutComesFromTheEnvironment) {
    const Environment environment = {
        "API_TOKEN=old", "ICELIGHT_SERVER_DATA=/elsewhere", "ICELIGHT_TOKEN=new"};
    const auto filled = complete({}, environment);
    EXPECT_EQ(filled.token, "new");
    EXPECT_EQ(filled.data, "/elsewhere");
    const auto given = complete({.url = {}, .data = "/here", .token = "mine"}, environment);
    EXPECT_EQ(given.token, "mine");
    EXPECT_EQ(given.data, "/here");
    EXPECT_EQ(complete({}, {}).data, "./data");
    EXPECT_EQ(complete({}, {}).token, "");
}

TEST(TargetOptions, AreReadFromALine) {
    TargetOptions options;
    CLI::App app;
    add_target_options(app, options);
    app.parse("--server http://host.example:99 --token=t --data d");
    EXPECT_EQ(options.url, "http://host.example:99");
    EXPECT_EQ(options.token, "t");
    EXPECT_EQ(options.data, "d");
}

TEST(TargetOptions, NameTheServerByItsAddressOrItsDirectory) {
    const TempDir directory;
    std::ofstream(directory.path() / "LOCK") << "http://0.0.0.0:8787\n";
    const auto found = find_target({.url = {}, .data = directory.path().string(), .token = "t"});
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(found->host, "127.0.0.1");
    EXPECT_EQ(found->port, "8787");
    EXPECT_EQ(found->token, "t");
    EXPECT_EQ(find_target({.url = "http://h:1", .data = "/nonexistent", .token = {}})->host, "h");
    const auto nobody = find_target({.url = {}, .data = "/nonexistent", .token = {}});
    EXPECT_THAT(nobody, IsError(ErrorCode::kNotFound));
    EXPECT_THAT(nobody, HasMessage("--data or --server"));
}

}  // namespace
}  // namespace icelight::server::command
