#include "server/command/directory_lock.h"

#include <optional>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "server/data_directory.h"

namespace icelight::server::command {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(DirectoryLock, KnowsTheServerThatHoldsTheDirectory) {
    const icelight::testing::TempDir dir;
    EXPECT_THAT(DirectoryLock::open(dir.path()), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(DirectoryLock::open(dir.path() / "none"), IsError(ErrorCode::kNotFound));
    {
        auto server = DataDirectory::open(dir.path());
        ASSERT_THAT(server, IsOk());
        EXPECT_THAT(DirectoryLock::open(dir.path()), IsError(ErrorCode::kUnavailable));
        ASSERT_THAT(server->announce("http://127.0.0.1:8787"), IsOk());
        const auto lock = DirectoryLock::open(dir.path());
        ASSERT_THAT(lock, IsOk());
        EXPECT_EQ(lock->server_address(), "http://127.0.0.1:8787");
    }
    const auto lock = DirectoryLock::open(dir.path());
    ASSERT_THAT(lock, IsOk());
    EXPECT_EQ(lock->server_address(), "");
    EXPECT_TRUE(lock->path().is_absolute());
}

TEST(DirectoryLock, KeepsServersOutButNotOtherReaders) {
    const icelight::testing::TempDir dir;
    ASSERT_THAT(DataDirectory::open(dir.path()), IsOk());
    std::optional<DirectoryLock> first(std::move(*DirectoryLock::open(dir.path())));
    const auto second = DirectoryLock::open(dir.path());
    ASSERT_THAT(second, IsOk());
    EXPECT_EQ(second->server_address(), "");
    EXPECT_THAT(DataDirectory::open(dir.path()), IsError(ErrorCode::kAlreadyExists));
}

}  // namespace
}  // namespace icelight::server::command
