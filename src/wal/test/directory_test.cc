#include "wal/directory.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "io/testing/faulty_file_system.h"

namespace icelight::wal {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsOk;
using io::testing::FaultyFileSystem;

class LogDirectory : public ::testing::Test {
protected:
    void add(std::uint64_t seq, std::uint64_t first_offset) {
        SegmentHeader header;
        header.seq = seq;
        header.first_offset = first_offset;
        header.segment_bytes = 4096;
        files_.replace("/log/" + segment_name(seq), encode_segment_header(header));
    }

    std::vector<std::uint64_t> live() {
        directory_ = load_directory("/log", files_, {}).value();
        std::vector<std::uint64_t> seqs;
        for (const SegmentFile* segment : live_segments(directory_))
            seqs.push_back(segment->header.seq);
        return seqs;
    }

    FaultyFileSystem files_;
    Directory directory_;
};

TEST_F(LogDirectory, IgnoresNamesItDoesNotKnow) {
    add(1, 0);
    for (const char* name : {"spare", "1.wal", "0000000000000002.wal~", "00000000000000x2.wal"})
        files_.replace(std::string("/log/") + name, "x");
    files_.replace("/log/" + sidecar_name(1), "x");
    EXPECT_EQ(live(), std::vector<std::uint64_t>{1});
    EXPECT_EQ(directory_.sidecars, std::set<std::uint64_t>{1});
    EXPECT_FALSE(directory_.has_key);
}

TEST_F(LogDirectory, SegmentWithASuccessorAtTheSameOffsetHoldsNothing) {
    add(1, 0);
    add(2, 10);
    add(3, 10);
    add(5, 10);
    add(6, 20);
    EXPECT_EQ(live(), (std::vector<std::uint64_t>{1, 5, 6}));
}

TEST_F(LogDirectory, KnownSegmentsAreNotReadAgain) {
    add(1, 0);
    const Directory first = load_directory("/log", files_, {}).value();
    files_.replace("/log/" + segment_name(1), "not a header any more");
    EXPECT_THAT(load_directory("/log", files_, first.segments), IsOk());
    EXPECT_THAT(load_directory("/log", files_, {}), HasMessage(segment_name(1) + ": byte 0"));
}

TEST_F(LogDirectory, HeaderUnderAnotherNameIsRefused) {
    add(1, 0);
    files_.replace("/log/" + segment_name(2), files_.bytes_of("/log/" + segment_name(1)));
    EXPECT_THAT(load_directory("/log", files_, {}), HasMessage("another segment"));
}

}  // namespace
}  // namespace icelight::wal
