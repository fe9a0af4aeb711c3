#include "wal/group.h"

#include <string>

#include <gtest/gtest.h>

#include "wal/test/log_harness.h"

namespace icelight::wal {
namespace {

using testing::batch_of;

class Group : public ::testing::Test {
protected:
    Window window_{1 << 20, std::chrono::hours(24)};
    GroupBuilder builder_{window_};
    SegmentHeader header_;
};

TEST_F(Group, DuplicatesTakeNoOffsetAndNoBytes) {
    builder_.begin(header_, LogState{}, 1);
    builder_.add(batch_of({"a", "b"}));
    const std::size_t bytes = builder_.bytes().size();
    const Appended again = builder_.add(batch_of({"b", "a"}));
    EXPECT_EQ(again.rows, (std::vector<Outcome>{{1, true}, {0, true}}));
    EXPECT_EQ(builder_.bytes().size(), bytes);
    EXPECT_EQ(builder_.state().next_offset, 2U);
    EXPECT_EQ(builder_.state().counters, (Counters{4, 2, 0, 0, 2}));
}

TEST_F(Group, BatchesNeverTakeMoreThanAnnounced) {
    builder_.begin(header_, LogState{}, 1);
    std::size_t before = 0;
    for (std::size_t length = 0; length < 40; ++length) {
        const Batch batch = batch_of({std::string(length, 'r') + "1"}, {std::string(length, 'x')});
        builder_.add(batch);
        EXPECT_EQ(builder_.bytes().size() - before, GroupBuilder::bytes_max(batch));
        before = builder_.bytes().size();
    }
    EXPECT_EQ(builder_.state().segment_bytes, kSegmentHeaderBytes + before);
}

TEST_F(Group, RecordClockNeverGoesBack) {
    LogState state;
    state.written_at_us = 1000;
    builder_.begin(header_, state, 900);
    EXPECT_EQ(builder_.state().written_at_us, 1000);
    builder_.begin(header_, state, 1100);
    EXPECT_EQ(builder_.state().written_at_us, 1100);
}

TEST_F(Group, NewGroupStartsFromWhatIsDurable) {
    builder_.begin(header_, LogState{}, 1);
    builder_.add(batch_of({"a"}));
    window_.forget_from(0);
    builder_.begin(header_, LogState{}, 2);
    EXPECT_TRUE(builder_.bytes().empty());
    EXPECT_EQ(builder_.add(batch_of({"a"})).rows[0], (Outcome{0, false}));
}

TEST_F(Group, WholeBlocksAreTheBytesThenZerosToTheEndOfABlockOrTheSegment) {
    header_.segment_bytes = 3 * kBlockBytes / 2;
    LogState state;
    builder_.begin(header_, state, 1);
    builder_.add(batch_of({"a"}));
    const std::string bytes(builder_.bytes());
    std::string want = bytes + std::string(kBlockBytes - kSegmentHeaderBytes - bytes.size(), '\0');
    EXPECT_EQ(builder_.whole_blocks(), want);
    EXPECT_EQ(builder_.bytes(), bytes);
    state.segment_bytes = kBlockBytes;
    builder_.begin(header_, state, 2);
    builder_.add(batch_of({"b"}));
    EXPECT_EQ(builder_.whole_blocks().size(), kBlockBytes / 2);
}

}  // namespace
}  // namespace icelight::wal
