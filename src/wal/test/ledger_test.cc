#include "wal/ledger.h"

#include <gtest/gtest.h>

namespace icelight::wal {
namespace {

constexpr std::uint64_t kSegmentBytes = 1 << 20;

Ledger::Segment segment(std::uint64_t seq, std::uint64_t first_offset, bool has_sidecar = true) {
    Ledger::Segment made;
    made.file.header.seq = seq;
    made.file.header.first_offset = first_offset;
    made.file.header.segment_bytes = kSegmentBytes;
    made.has_sidecar = has_sidecar;
    made.newest_us = static_cast<TimestampUs>(seq) * 100;
    return made;
}

/// What release() would remove, in its order.
std::vector<std::uint64_t> remove_all(Ledger& ledger, std::uint64_t below, std::uint64_t retained) {
    std::vector<std::uint64_t> removed;
    while (const auto file = ledger.find_removable(below, retained)) {
        removed.push_back(file->header.seq);
        ledger.drop_oldest();
    }
    return removed;
}

TEST(Ledger, SegmentsGoOldestFirstBelowTheWatermarkOnly) {
    Ledger ledger;
    for (std::uint64_t seq = 1; seq <= 5; ++seq)
        ledger.add(segment(seq, (seq - 1) * 10));
    EXPECT_TRUE(remove_all(ledger, 9, 0).empty());
    EXPECT_EQ(remove_all(ledger, 25, kSegmentBytes), std::vector<std::uint64_t>{1});
    EXPECT_EQ(ledger.first_offset(), 10U);
    EXPECT_EQ(remove_all(ledger, 1000, 0), (std::vector<std::uint64_t>{2, 3, 4}));
    EXPECT_EQ(ledger.size(), 1U);
}

TEST(Ledger, SegmentWithoutItsSidecarStays) {
    Ledger ledger;
    ledger.add(segment(1, 0, false));
    ledger.add(segment(2, 10));
    EXPECT_TRUE(remove_all(ledger, 50, 0).empty());
    ledger.set_sealed(1, 100);
    EXPECT_EQ(remove_all(ledger, 50, 0), std::vector<std::uint64_t>{1});
}

TEST(Ledger, SidecarsStayUntilTheirNewestEntryIsTooOld) {
    Ledger ledger;
    for (std::uint64_t seq = 1; seq <= 3; ++seq)
        ledger.add(segment(seq, (seq - 1) * 10));
    remove_all(ledger, 100, 0);
    EXPECT_TRUE(ledger.take_old_sidecars(50).empty());
    EXPECT_EQ(ledger.take_old_sidecars(150), std::vector<std::uint64_t>{1});
    EXPECT_EQ(ledger.take_old_sidecars(201), std::vector<std::uint64_t>{2});
}

TEST(Ledger, CountsBytesFromAnOffsetToWithinAMark) {
    Ledger ledger;
    ledger.add(segment(1, 0));
    ledger.add(segment(2, 5000));
    EXPECT_EQ(ledger.bytes_from(0), 0U);
    for (std::uint64_t group = 1; group <= 1000; ++group)
        ledger.advance(group * 10, 1000);
    EXPECT_EQ(ledger.bytes_from(10'000), 0U);
    EXPECT_EQ(ledger.bytes_from(0), 1'000'000U);
    for (std::uint64_t offset = 0; offset < 10'000; offset += 250) {
        const std::uint64_t exact = (10'000 - offset) * 100;
        EXPECT_GE(ledger.bytes_from(offset), exact);
        EXPECT_LE(ledger.bytes_from(offset), exact + (64 << 10) + 1000);
    }
    ledger.drop_oldest();
    EXPECT_GE(ledger.bytes_from(5000), 500'000U);
}

}  // namespace
}  // namespace icelight::wal
