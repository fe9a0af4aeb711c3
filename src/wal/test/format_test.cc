#include "wal/format.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "wal/group.h"
#include "wal/test/log_harness.h"

namespace icelight::wal {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::batch_of;

SegmentHeader sample_header() {
    SegmentHeader header;
    header.salt = 17;
    header.log_uuid = make_uuid_v7(1'700'000'000'000'000);
    header.seq = 3;
    header.first_offset = 42;
    header.segment_bytes = 4096;
    header.counters = {10, 4, 3, 2, 1};
    header.created_at_us = 5;
    header.prev_crc = 99;
    return header;
}

/// The records of one group that begins at offset 42.
std::string sample_group(const SegmentHeader& header, const Batch& batch) {
    Window window(1 << 20, std::chrono::hours(24));
    GroupBuilder builder(window);
    LogState state;
    state.next_offset = header.first_offset;
    builder.begin(header, state, 77);
    builder.add(batch);
    return std::string(builder.bytes());
}

TEST(SegmentHeader, RoundTrips) {
    const SegmentHeader header = sample_header();
    const std::string bytes = encode_segment_header(header);
    ASSERT_EQ(bytes.size(), kSegmentHeaderBytes);
    const auto decoded = decode_segment_header(bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->salt, header.salt);
    EXPECT_EQ(decoded->log_uuid, header.log_uuid);
    EXPECT_EQ(decoded->first_offset, header.first_offset);
    EXPECT_EQ(decoded->counters, header.counters);
    EXPECT_EQ(decoded->prev_crc, header.prev_crc);
    EXPECT_EQ(encode_segment_header(*decoded), bytes);
}

TEST(SegmentHeader, RefusesShortAndForeignBytes) {
    const std::string bytes = encode_segment_header(sample_header());
    EXPECT_THAT(decode_segment_header(bytes.substr(0, 127)), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_segment_header(std::string(128, '\0')), IsError(ErrorCode::kCorruption));
}

TEST(Record, LiesWhereTheFormatPageSays) {
    const SegmentHeader header = sample_header();
    const std::string bytes = sample_group(header, batch_of({"fives", "row"}, {"oops"}));
    // 104 + 48 for the rows, 104 + 8 for the reject.
    ASSERT_EQ(bytes.size(), 264U);
    const auto rows = find_record_header(bytes, header, bytes.size());
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->kind, RecordKind::kRows);
    EXPECT_EQ(rows->length, 48U);
    EXPECT_EQ(rows->first_offset, 42U);
    EXPECT_EQ(rows->durable_to, 42U);
    EXPECT_EQ(rows->durable_bytes, 128U);
    EXPECT_EQ(rows->written_at_us, 77);
    const auto reject = find_record_header(bytes.substr(152), header, 112);
    ASSERT_TRUE(reject);
    EXPECT_EQ(reject->kind, RecordKind::kRejects);
    EXPECT_EQ(reject->prev_crc, rows->header_crc);
    EXPECT_EQ(reject->first_offset, 44U);
    EXPECT_EQ(reject->durable_to, 42U);
    EXPECT_EQ(reject->counters, (Counters{3, 2, 1, 0, 0}));
}

TEST(Record, IsOfItsSegmentOnly) {
    SegmentHeader header = sample_header();
    const std::string bytes = sample_group(header, batch_of({"a"}));
    EXPECT_TRUE(find_record_header(bytes, header, bytes.size()));
    EXPECT_FALSE(find_record_header(bytes, header, bytes.size() - 8));
    header.salt ^= 1;
    EXPECT_FALSE(find_record_header(bytes, header, bytes.size()));
    header.salt ^= 1;
    header.seq += 1;
    EXPECT_FALSE(find_record_header(bytes, header, bytes.size()));
}

TEST(RecordView, CutsToARange) {
    const SegmentHeader header = sample_header();
    const std::string bytes = sample_group(header, batch_of({"a", "bb", "ccc", "dddd"}));
    const auto record = find_record_header(bytes, header, bytes.size());
    ASSERT_TRUE(record);
    const auto payload = std::string_view(bytes).substr(kRecordHeaderBytes);
    ASSERT_TRUE(is_payload_valid(*record, payload, header.salt));
    const RecordView view = view_of(*record, payload);
    const RecordView part = cut(view, 43, 45);
    testing::Items items;
    part.for_each_item([&items](std::uint64_t offset, std::string_view item) {
        items[offset] = std::string(item);
    });
    EXPECT_EQ(items, (testing::Items{{43, "bb"}, {44, "ccc"}}));
    EXPECT_EQ(fingerprint_at(part.fingerprints, 0), testing::fingerprint_of("bb"));
    EXPECT_EQ(cut(view, 0, 1000).count, 4U);
    EXPECT_EQ(cut(view, 0, 42).count, 0U);
    EXPECT_EQ(cut(view, 46, 60).count, 0U);
}

}  // namespace
}  // namespace icelight::wal
