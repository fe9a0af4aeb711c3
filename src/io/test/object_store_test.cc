#include "io/object_store.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::io {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(DirectoryStore, PutsLoadsAndRemovesUnderNewFolders) {
    const icelight::testing::TempDir dir;
    auto store = make_directory_store(posix_file_system());
    const std::string location = file_location(dir.path() / "a/b/object");
    EXPECT_THAT(store->load(location, 100), IsError(ErrorCode::kNotFound));
    ASSERT_THAT(store->put(location, "bytes"), IsOk());
    EXPECT_EQ(store->load(location, 100).value(), "bytes");
    EXPECT_TRUE(store->exists(location).value());
    EXPECT_THAT(store->put(location, "other"), IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(store->load(location, 4), IsError(ErrorCode::kTooLarge));
    EXPECT_EQ(store->list(file_location(dir.path() / "a/b")).value(),
              std::vector<std::string>{"object"});
    ASSERT_THAT(store->remove(location), IsOk());
    EXPECT_FALSE(store->exists(location).value());
}

}  // namespace
}  // namespace icelight::io
