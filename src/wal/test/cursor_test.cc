#include "wal/cursor.h"

#include <gtest/gtest.h>

#include "wal/test/log_harness.h"

namespace icelight::wal {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::append_now;
using testing::batch_of;

class CursorTest : public ::testing::Test {
protected:
    void SetUp() override {
        Options options = testing::small_options();
        options.segment_bytes = 1 << 20;
        auto log = testing::open_log(files_, options).value();
        // Larger than what is read ahead, and smaller.
        for (const std::size_t bytes : {10U, 200'000U, 0U, 300'000U, 5000U})
            append_now(*log, batch_of({std::string(bytes, 'x') + "-"})).value();
        segment_ = load_directory("/log", files_, {}).value().segments.at(1);
    }

    io::testing::FaultyFileSystem files_;
    SegmentFile segment_;
};

TEST_F(CursorTest, WalksRecordsLargerThanItsReadAhead) {
    auto cursor = Cursor::open(segment_, files_).value();
    for (const std::size_t bytes : {11U, 200'001U, 1U, 300'001U, 5001U})
        EXPECT_EQ(cursor.next(0).value()->view.payload.size(), bytes);
    EXPECT_EQ(cursor.next_offset(), 5U);
    EXPECT_FALSE(cursor.next(0).value());
}

TEST_F(CursorTest, SkipsWithoutReadingPayloads) {
    std::string bytes = files_.bytes_of(segment_.path);
    bytes[kSegmentHeaderBytes + kRecordHeaderBytes + 21] ^= 1;
    files_.replace(segment_.path, bytes);
    auto cursor = Cursor::open(segment_, files_).value();
    EXPECT_FALSE(cursor.next(0).value());
    EXPECT_TRUE(cursor.next(1).value());
    EXPECT_EQ(cursor.next(1).value()->view.payload.size(), 200'001U);
}

TEST_F(CursorTest, ReleasedSegmentIsNotFound) {
    ASSERT_THAT(files_.remove(segment_.path), IsOk());
    EXPECT_THAT(Cursor::open(segment_, files_), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace icelight::wal
