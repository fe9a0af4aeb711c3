#include "server/data_directory.h"

#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(DataDirectory, MakesItsPartsAndEmptiesTheSpill) {
    const icelight::testing::TempDir dir;
    const auto path = dir.path() / "new/data";
    std::filesystem::create_directories(path / "spill/sql-1");
    std::ofstream(path / "spill/sql-1/left.tmp") << "x";
    auto opened = DataDirectory::open(path);
    ASSERT_THAT(opened, IsOk());
    EXPECT_TRUE(std::filesystem::is_directory(opened->log()));
    EXPECT_TRUE(std::filesystem::is_directory(opened->warehouse()));
    EXPECT_TRUE(std::filesystem::is_empty(opened->spill()));
    EXPECT_TRUE(opened->path().is_absolute());
}

TEST(DataDirectory, ASecondOneIsToldWhoIsThere) {
    const icelight::testing::TempDir dir;
    {
        auto first = DataDirectory::open(dir.path());
        ASSERT_THAT(first, IsOk());
        ASSERT_THAT(first->announce("http://127.0.0.1:8787"), IsOk());
        auto second = DataDirectory::open(dir.path());
        EXPECT_THAT(second, IsError(ErrorCode::kAlreadyExists));
        EXPECT_THAT(second, HasMessage("(http://127.0.0.1:8787)"));
    }
    EXPECT_THAT(DataDirectory::open(dir.path()), IsOk());
}

TEST(DataDirectory, AFileInItsPlaceIsRefusedWithThePath) {
    const icelight::testing::TempDir dir;
    std::ofstream(dir.path() / "file") << "x";
    auto opened = DataDirectory::open(dir.path() / "file");
    EXPECT_THAT(opened, IsError(ErrorCode::kIo));
    EXPECT_THAT(opened, HasMessage("--data"));
}

TEST(OpenFiles, TheSoftLimitReachesTheHardOne) {
    EXPECT_GE(raise_open_files_limit(), 256U);
}

}  // namespace
}  // namespace icelight::server
