#include "wal/recovery.h"

#include <gtest/gtest.h>

#include "wal/directory.h"
#include "wal/test/log_harness.h"

/// Whole logs opened after something happened to their files: what is refused is left untouched.
namespace icelight::wal {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using io::testing::FaultyFileSystem;
using testing::append_now;
using testing::batch_of;
using testing::Items;
using testing::open_log;
using testing::read_items;
using testing::small_options;

constexpr std::uint64_t kRows = 100;
constexpr std::chrono::seconds kSoon{10};

class Recovery : public ::testing::Test {
protected:
    void SetUp() override { uuid_ = fill(files_); }

    /// 100 rows in four segments, closed in order.
    static Uuid fill(FaultyFileSystem& files) {
        auto log = open_log(files).value();
        for (std::uint64_t index = 0; index < kRows; ++index)
            append_now(*log, batch_of({"row" + std::to_string(index)})).value();
        EXPECT_THAT(log->close(deadline_in(kSoon)), IsOk());
        return log->uuid();
    }

    void expect_refused(TableWatermark watermark, const std::string& message) {
        const auto before = files_.contents();
        auto opened = open_log(files_, small_options(), watermark);
        EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
        EXPECT_THAT(opened, HasMessage(message));
        EXPECT_THAT(opened, HasMessage("othing was changed"));
        EXPECT_EQ(files_.contents(), before);
    }

    void change(const std::string& path, std::uint64_t at, char by) {
        std::string bytes = files_.bytes_of(path);
        bytes[at] = static_cast<char>(bytes[at] ^ by);
        files_.replace(path, bytes);
    }

    static std::string segment(std::uint64_t seq) { return "/log/" + segment_name(seq); }

    /// The end of the last segment's records: its byte after the attesting record.
    static std::uint64_t used_bytes(const std::string& bytes) {
        std::uint64_t used = bytes.find_last_not_of('\0') + 1;
        return padded_bytes(used);
    }

    FaultyFileSystem files_;
    Uuid uuid_;
};

TEST_F(Recovery, CleanLogOpensAsItWasAndWritesNothingNew) {
    const std::string before = files_.bytes_of(segment(4));
    auto log = open_log(files_, small_options(), {uuid_, 50});
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ((*log)->durable_offset(), kRows);
    EXPECT_EQ((*log)->uuid(), uuid_);
    ASSERT_THAT((*log)->close(deadline_in(kSoon)), IsOk());
    EXPECT_EQ(files_.bytes_of(segment(4)), before);
    EXPECT_EQ(read_items(files_, 0, kRows).value().size(), kRows);
}

TEST_F(Recovery, DamageInASealedSegmentNamesFileAndByte) {
    change(segment(2), 1000, 4);
    expect_refused({uuid_, 0}, segment(2) + ": byte ");
}

TEST_F(Recovery, DamageInTheSegmentHeaderIsRefused) {
    change(segment(4), 20, 1);
    expect_refused({uuid_, 0}, segment(4) + ": byte 0: ");
}

TEST_F(Recovery, ShortSealedSegmentIsDamage) {
    files_.replace(segment(2), files_.bytes_of(segment(2)).substr(0, 4090));
    expect_refused({}, "hole in a sealed segment");
}

TEST_F(Recovery, MissingSealedSegmentIsDamage) {
    ASSERT_THAT(files_.remove(segment(2)), IsOk());
    expect_refused({}, segment(1));
}

TEST_F(Recovery, DamageBelowAnAttestingRecordIsRefused) {
    change(segment(4), 300, 1);
    expect_refused({}, "attested by a later record");
}

TEST_F(Recovery, CutBelowTheWatermarkIsRefusedAndAboveItIsTorn) {
    std::string bytes = files_.bytes_of(segment(4));
    // Without its attesting record and half of the last row.
    files_.replace(segment(4), bytes.substr(0, used_bytes(bytes) - kRecordHeaderBytes - 20));
    expect_refused({uuid_, kRows}, "below the watermark");
    auto log = open_log(files_, small_options(), {uuid_, kRows - 1});
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ((*log)->durable_offset(), kRows - 1);
    EXPECT_EQ(files_.bytes_of(segment(4)).size(), testing::kSmallSegmentBytes);
    EXPECT_EQ(append_now(**log, batch_of({"row99"})).value().rows[0], (Outcome{kRows - 1, false}));
}

TEST_F(Recovery, EveryTruncationOfTheLastSegmentIsTornOrRefusedByTheWatermark) {
    const std::string whole = files_.bytes_of(segment(4));
    for (std::uint64_t length = whole.size(); length-- > kSegmentHeaderBytes;) {
        if (length % 16 != 0 && length % 104 > 2) continue;  // The scan test has every length.
        auto files = files_.crash(io::testing::CrashKeeps::kEverything, 1);
        files->replace(segment(4), whole.substr(0, length));
        auto log = open_log(*files);
        ASSERT_THAT(log, IsOk()) << length;
        const std::uint64_t end = (*log)->durable_offset();
        ASSERT_GE(end, 87U);  // Where the last segment begins.
        const Items items = read_items(*files, 0, end).value();
        for (std::uint64_t offset = 0; offset < end; ++offset)
            ASSERT_EQ(items.at(offset), "R:row" + std::to_string(offset)) << length;
    }
}

TEST_F(Recovery, DeletedOrRestoredLogIsRefused) {
    expect_refused({uuid_, kRows + 1}, "below the watermark");
    expect_refused({make_uuid_v7(1), 5}, "the table was written from log");
    auto key = files_.bytes_of("/log/key");
    ASSERT_THAT(files_.remove("/log/key"), IsOk());
    expect_refused({uuid_, 0}, "`key` is missing");
    key[100] ^= 1;
    files_.replace("/log/key", key);
    expect_refused({uuid_, 0}, "/log/key");
    key[100] ^= 1;
    files_.replace("/log/key", key);
    for (std::uint64_t seq = 1; seq <= 4; ++seq)
        ASSERT_THAT(files_.remove(segment(seq)), IsOk());
    expect_refused({uuid_, 0}, "segments are gone");
}

TEST_F(Recovery, SegmentOfAnotherLogIsRefused) {
    FaultyFileSystem other(9);
    fill(other);
    files_.replace(segment(5), other.bytes_of(segment(4)));
    expect_refused({}, "another segment");
    files_.replace(segment(4), other.bytes_of(segment(4)));
    ASSERT_THAT(files_.remove(segment(5)), IsOk());
    expect_refused({}, "belongs to log");
}

TEST_F(Recovery, ReleasedRangeAboveTheWatermarkIsRefused) {
    ASSERT_THAT(files_.remove(segment(1)), IsOk());
    expect_refused({uuid_, 3}, "the oldest segment here begins");
    EXPECT_THAT(open_log(files_, small_options(), {uuid_, 40}), IsOk());
}

TEST(RecoveryOfNothing, EmptyDirectoryBesideATableNeedsPermission) {
    FaultyFileSystem files;
    const TableWatermark watermark{make_uuid_v7(1), 500};
    EXPECT_THAT(open_log(files, small_options(), watermark), HasMessage("--new-log"));
    EXPECT_TRUE(files.contents().empty());
    auto log = open_log(files, small_options(), watermark, true);
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ((*log)->durable_offset(), 500U);
    EXPECT_EQ((*log)->parent_uuid(), watermark.log_uuid);
    EXPECT_NE((*log)->uuid(), watermark.log_uuid);
    const Uuid uuid = (*log)->uuid();
    EXPECT_EQ(append_now(**log, batch_of({"a"})).value().rows[0], (Outcome{500, false}));
    log->reset();
    // The table names the old log until the first flush from the new one.
    EXPECT_THAT(open_log(files, small_options(), watermark), IsOk());
    EXPECT_THAT(open_log(files, small_options(), {uuid, 501}), IsOk());
    EXPECT_THAT(open_log(files, small_options(), {watermark.log_uuid, 499}),
                IsError(ErrorCode::kCorruption));
}

// The control: what the case above guards against. A log that is not told of the table gives the
// new event an offset that the table has had, so that no flush would ever carry it.
TEST(RecoveryOfNothing, WithoutTheTablesWordANewEventHidesBelowIt) {
    constexpr std::uint64_t kTableHas = 500;
    FaultyFileSystem files;
    auto log = open_log(files, small_options());
    ASSERT_THAT(log, IsOk());
    const auto appended = append_now(**log, batch_of({"a"}));
    ASSERT_THAT(appended, IsOk());
    EXPECT_LT(appended->rows.at(0).offset, kTableHas);
    log->reset();
    // Told late, it is refused.
    EXPECT_THAT(open_log(files, small_options(), {make_uuid_v7(1), kTableHas}),
                IsError(ErrorCode::kCorruption));
}

TEST(RecoveryOfNothing, CreationCutShortIsBegunAgain) {
    FaultyFileSystem files;
    Uuid uuid = open_log(files).value()->uuid();
    ASSERT_THAT(files.remove("/log/key"), IsOk());
    auto log = open_log(files);
    ASSERT_THAT(log, IsOk());
    EXPECT_NE((*log)->uuid(), uuid);
}

TEST(RecoveryOfGroups, LaterRecordsOfTheSameUnsyncedGroupAreTorn) {
    FaultyFileSystem files;
    std::uint64_t group_begin = 0;
    const std::string path = "/log/" + segment_name(1);
    {
        auto log = open_log(files).value();
        ASSERT_THAT(append_now(*log, batch_of({"durable"})), IsOk());
        group_begin = padded_bytes(files.bytes_of(path).find_last_not_of('\0') + 1);
        // One batch of rows and rejects is two records of one write.
        ASSERT_THAT(append_now(*log, batch_of({"torn"}, {"later"})), IsOk());
    }
    std::string bytes = files.bytes_of(path);
    bytes[group_begin + 50] ^= 1;
    files.replace(path, bytes);
    auto log = open_log(files);
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ((*log)->durable_offset(), 1U);
    log->reset();
    EXPECT_EQ(files.bytes_of(path).find_last_not_of('\0') < group_begin, true);
}

TEST(RecoveryOfGroups, WhatAFailedSyncLostIsWrittenAgainBeforeItCounts) {
    FaultyFileSystem files;
    {
        auto log = open_log(files).value();
        ASSERT_THAT(append_now(*log, batch_of({"a"})), IsOk());
        files.set_fault(io::testing::Fault{.at_call = 2, .is_for_ever = true});
        EXPECT_THAT(append_now(*log, batch_of({"b"})), IsError(ErrorCode::kUnavailable));
    }
    files.set_fault(std::nullopt);
    auto log = open_log(files);
    ASSERT_THAT(log, IsOk());
    // Reads showed the row though its sync had failed; now it counts, so it must be on disk.
    const std::uint64_t end = (*log)->durable_offset();
    auto after = files.crash(io::testing::CrashKeeps::kNothing, 1);
    EXPECT_EQ(read_items(*after, 0, end).value().size(), end);
    EXPECT_EQ(open_log(*after).value()->durable_offset(), end);
}

}  // namespace
}  // namespace icelight::wal
