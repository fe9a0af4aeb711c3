#include "catalog/file_batch.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "io/file_system.h"

namespace icelight::catalog {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

TEST(FileBatch, WritesAndTakesBack) {
    const TempDir dir;
    auto& files = io::posix_file_system();
    FileBatch batch(files);
    ASSERT_THAT(batch.write(dir.path() / "a", "one"), IsOk());
    ASSERT_THAT(batch.write(dir.path() / "b", ""), IsOk());
    ASSERT_THAT(batch.sync_directories(), IsOk());
    EXPECT_EQ(*files.read_file(dir.path() / "a", 100), "one");
    batch.take_back();
    EXPECT_TRUE(files.list(dir.path())->empty());
}

TEST(FileBatch, ExistingFileIsNeitherWrittenNorTakenBack) {
    const TempDir dir;
    auto& files = io::posix_file_system();
    ASSERT_THAT(files.write_file_durably(dir.path() / "a", "theirs"), IsOk());
    FileBatch batch(files);
    EXPECT_THAT(batch.write(dir.path() / "a", "ours"), IsError(ErrorCode::kAlreadyExists));
    batch.take_back();
    EXPECT_EQ(*files.read_file(dir.path() / "a", 100), "theirs");
}

}  // namespace
}  // namespace icelight::catalog
