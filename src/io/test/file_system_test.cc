#include "io/file_system.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::io {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

class PosixFiles : public ::testing::Test {
protected:
    icelight::testing::TempDir dir_;
    FileSystem& files_ = posix_file_system();
};

TEST_F(PosixFiles, WritesAndReadsAtOffsets) {
    auto file = files_.open(dir_.path() / "f", OpenMode::kCreateNew);
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT((*file)->write_at(3, "abc"), IsOk());
    ASSERT_THAT((*file)->sync_data(), IsOk());
    char out[8];
    EXPECT_EQ((*file)->read_at(0, out, sizeof(out)).value(), 6U);
    EXPECT_EQ(std::string_view(out, 6), std::string_view("\0\0\0abc", 6));
    EXPECT_EQ((*file)->read_at(6, out, sizeof(out)).value(), 0U);
}

TEST_F(PosixFiles, WritesZerosOverWhatWasThereWhateverTheirPlace) {
    constexpr std::size_t kBytes = 3'000'000;
    for (const std::size_t at : {0u, 1u, 4096u, 2'999'999u}) {
        auto file = files_.open(dir_.path() / std::to_string(at), OpenMode::kCreateNew);
        ASSERT_THAT(file, IsOk());
        std::string want(kBytes, 'x');
        ASSERT_THAT((*file)->write_at(0, want), IsOk());
        ASSERT_THAT((*file)->write_zeros_at(at, kBytes + 5), IsOk());
        want.resize(at);
        want.resize(at + kBytes + 5, '\0');
        ASSERT_THAT((*file)->sync_all(), IsOk());
        std::string got(want.size() + 1, 'y');
        EXPECT_EQ((*file)->read_at(0, got.data(), got.size()).value(), want.size());
        got.pop_back();
        EXPECT_EQ(got, want);
        // It is an ordinary file again.
        EXPECT_THAT((*file)->write_at(1, "abc"), IsOk());
    }
}

TEST_F(PosixFiles, NamesThePathAndTheReasonInErrors) {
    EXPECT_THAT(files_.open(dir_.path() / "none", OpenMode::kRead), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(files_.open(dir_.path() / "none", OpenMode::kRead),
                HasMessage("/none: No such file"));
    ASSERT_THAT(files_.write_file_durably(dir_.path() / "f", "x"), IsOk());
    EXPECT_THAT(files_.open(dir_.path() / "f", OpenMode::kCreateNew),
                IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(files_.create_directories(dir_.path() / "f/sub"), IsError(ErrorCode::kIo));
}

TEST_F(PosixFiles, ListsSortedNamesAfterRenameAndRemove) {
    for (const char* name : {"c", "a", "b"})
        ASSERT_THAT(files_.write_file_durably(dir_.path() / name, "x"), IsOk());
    ASSERT_THAT(files_.rename(dir_.path() / "c", dir_.path() / "a"), IsOk());
    EXPECT_EQ(files_.list(dir_.path()).value(), (std::vector<std::string>{"a", "b"}));
    ASSERT_THAT(files_.remove(dir_.path() / "b"), IsOk());
    EXPECT_FALSE(files_.exists(dir_.path() / "b").value());
    EXPECT_GT(files_.free_space(dir_.path()).value().total_bytes, 0U);
}

}  // namespace
}  // namespace icelight::io
