#include "server/command/temporary_directory.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::server::command {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

constexpr unsigned kSecondsMax = 20;
constexpr int kEndedByItself = 7;

/// Each claim's process is a fork of the test, which may die, with the same parent directory.
class TemporaryDirectoryDeathTest : public ::testing::Test {
protected:
    TemporaryDirectoryDeathTest() { GTEST_FLAG_SET(death_test_style, "fast"); }

    const std::filesystem::path& parent() const { return parent_.path(); }

    bool is_empty() const { return std::filesystem::is_empty(parent()); }

private:
    const TempDir parent_;
};

/// Makes a directory with something in it and takes a signal, which a shell that put the tests in
/// the background may have had ignored.
void take(int number, const std::filesystem::path& parent) {
    std::signal(number, SIG_DFL);
    const auto made = TemporaryDirectory::make(parent, "test-");
    std::filesystem::create_directory((*made)->path() / "sql-0");
    std::ofstream((*made)->path() / "sql-0" / "spilled") << "rows";
    ::kill(::getpid(), number);
    ::alarm(kSecondsMax);
    ::pause();
}

TEST_F(TemporaryDirectoryDeathTest, IsGoneWhenASignalEndedTheProcess) {
    for (const int number : {SIGHUP, SIGINT, SIGTERM}) {
        EXPECT_EXIT(take(number, parent()), ::testing::KilledBySignal(number), "");
        EXPECT_TRUE(is_empty()) << number;
    }
}

TEST_F(TemporaryDirectoryDeathTest, IsLeftByTheSignalThatNobodyCatches) {
    EXPECT_EXIT(take(SIGKILL, parent()), ::testing::KilledBySignal(SIGKILL), "");
    EXPECT_FALSE(is_empty());
}

TEST_F(TemporaryDirectoryDeathTest, LeavesIgnoredSignalsIgnored) {
    const auto ignore = [this] {
        std::signal(SIGHUP, SIG_IGN);
        {
            const auto made = TemporaryDirectory::make(parent(), "test-");
            ::kill(::getpid(), SIGHUP);
        }
        ::_exit(kEndedByItself);
    };
    EXPECT_EXIT(ignore(), ::testing::ExitedWithCode(kEndedByItself), "");
    EXPECT_TRUE(is_empty());
}

TEST_F(TemporaryDirectoryDeathTest, LetsAWriteToNobodyFailBeforeItEndsTheProcess) {
    const auto write_to_nobody = [this] {
        int pair[2];
        std::signal(SIGPIPE, SIG_DFL);
        if (::pipe(pair) != 0) ::_exit(1);
        ::close(pair[0]);
        {
            const auto made = TemporaryDirectory::make(parent(), "test-");
            if (::write(pair[1], "x", 1) != -1) ::_exit(1);
            fmt::print(stderr, "the write failed");
        }
        ::_exit(kEndedByItself);
    };
    EXPECT_EXIT(write_to_nobody(), ::testing::KilledBySignal(SIGPIPE), "the write failed");
    EXPECT_TRUE(is_empty());
}

TEST(TemporaryDirectory, IsRemovedWithTheObject) {
    const TempDir parent;
    {
        const auto made = TemporaryDirectory::make(parent.path(), "test-");
        ASSERT_THAT(made, IsOk());
        EXPECT_TRUE((*made)->path().filename().native().starts_with("test-"));
        std::ofstream((*made)->path() / "spilled") << "rows";
    }
    EXPECT_TRUE(std::filesystem::is_empty(parent.path()));
    EXPECT_THAT(TemporaryDirectory::make(parent.path() / "absent", "test-"),
                IsError(ErrorCode::kIo));
}

}  // namespace
}  // namespace icelight::server::command
