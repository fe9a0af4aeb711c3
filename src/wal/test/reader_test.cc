#include "wal/reader.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"
#include "wal/directory.h"
#include "wal/test/log_harness.h"

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

TEST(Reader, EmptyDirectoryIsNotFound) {
    FaultyFileSystem files;
    EXPECT_THAT(Reader::open("/log", files), IsError(ErrorCode::kNotFound));
}

TEST(Reader, ReadsSomeUpToTheRecordThatPassesTheBound) {
    FaultyFileSystem files;
    auto log = open_log(files).value();
    for (int index = 0; index < 90; ++index) {
        ASSERT_THAT(append_now(*log, batch_of({std::string(50, 'a') + std::to_string(index)})),
                    IsOk());
    }
    auto reader = Reader::open("/log", files).value();
    std::uint64_t visited = 0;
    const auto count = [&visited](const RecordView& record) -> Result<> {
        EXPECT_EQ(record.first_offset, visited);
        visited += record.count;
        return {};
    };
    EXPECT_EQ(reader.read_some(0, 90, 1, count).value(), 1U);
    EXPECT_EQ(reader.read_some(1, 90, 100, count).value(), 3U);
    EXPECT_EQ(reader.read_some(3, 90, 1 << 20, count).value(), 90U) << "across segments";
    EXPECT_EQ(visited, 90U);
    EXPECT_EQ(reader.read_some(90, 90, 1, count).value(), 90U);
}

TEST(Reader, ReadsAnyRangeAcrossSegments) {
    FaultyFileSystem files;
    auto log = open_log(files).value();
    for (int index = 0; index < 60; ++index) {
        ASSERT_THAT(append_now(*log,
                               batch_of({"a" + std::to_string(index), "b" + std::to_string(index)},
                                        {"bad"})),
                    IsOk());
    }
    auto reader = Reader::open("/log", files).value();
    EXPECT_EQ(reader.uuid(), log->uuid());
    for (const auto& [from, to] : {std::pair{0, 180}, {0, 1}, {1, 3}, {50, 130}, {179, 180}}) {
        const Items items = read_items(reader, from, to).value();
        ASSERT_EQ(items.size(), static_cast<std::size_t>(to - from));
        EXPECT_EQ(items.begin()->first, static_cast<std::uint64_t>(from));
        for (const auto& [offset, item] : items) {
            const std::string number = std::to_string(offset / 3);
            const std::string expected[] = {"R:a" + number, "R:b" + number, "X:bad"};
            EXPECT_EQ(item, expected[offset % 3]);
        }
    }
    EXPECT_TRUE(read_items(reader, 5, 5).value().empty());
    EXPECT_THAT(read_items(reader, 170, 181), IsError(ErrorCode::kCorruption));
}

TEST(Reader, DamageNamesFileAndByte) {
    FaultyFileSystem files;
    auto log = open_log(files).value();
    ASSERT_THAT(append_now(*log, batch_of({"a"})), IsOk());
    const std::string path = "/log/" + segment_name(1);
    std::string bytes = files.bytes_of(path);
    bytes[kSegmentHeaderBytes + kRecordHeaderBytes + 22] ^= 1;
    files.replace(path, bytes);
    EXPECT_THAT(read_items(files, 0, 1), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(read_items(files, 0, 1), HasMessage(path + ": byte 128"));
}

TEST(Reader, VisitorsErrorStopsReadingAndTheRangeCanBeReadAgain) {
    FaultyFileSystem files;
    auto log = open_log(files).value();
    ASSERT_THAT(append_now(*log, batch_of({"a"})), IsOk());
    auto reader = Reader::open("/log", files).value();
    EXPECT_THAT(reader.read(0,
                            1,
                            [](const RecordView&) -> Result<> {
                                return fail(ErrorCode::kTooLarge, "enough");
                            }),
                IsError(ErrorCode::kTooLarge));
    EXPECT_EQ(read_items(reader, 0, 1).value().size(), 1U);
}

TEST(Reader, ReadingOnCostsTheNewBytesOnly) {
    FaultyFileSystem files;
    Options options = testing::small_options();
    options.segment_bytes = 1 << 20;
    auto log = open_log(files, options).value();
    auto reader = Reader::open("/log", files).value();
    std::uint64_t seen = 0;
    for (int round = 0; round < 300; ++round) {
        ASSERT_THAT(append_now(*log, batch_of({std::to_string(round) + std::string(500, 'x')})),
                    IsOk());
        const std::uint64_t end = log->durable_offset();
        EXPECT_EQ(read_items(reader, seen, end).value().size(), end - seen);
        seen = end;
        // Damage below the position is not met again.
        if (round == 0) {
            const std::string path = "/log/" + segment_name(1);
            auto file = files.open(path, io::OpenMode::kReadWrite).value();
            ASSERT_THAT(file->write_at(kSegmentHeaderBytes, "XXXX"), IsOk());
        }
    }
}

/// Claim: a reader beside a writing log, through new segments, failed syncs and releases, sees
/// every row once and none that was not acknowledged.
TEST(Reader, FollowsALiveLog) {
    FaultyFileSystem files;
    Options options = testing::small_options();
    options.retained_bytes_max = 2 * testing::kSmallSegmentBytes;
    options.attest_after = std::chrono::milliseconds(1);
    auto log = open_log(files, options).value();
    std::atomic<bool> is_done = false;
    std::thread follower([&] {
        auto reader = Reader::open("/log", files).value();
        std::uint64_t seen = 0;
        for (bool was_done = false; !was_done;) {
            was_done = is_done;
            const std::uint64_t end = log->durable_offset();
            const auto items = read_items(reader, seen, end);
            ASSERT_THAT(items, IsOk());
            ASSERT_EQ(items->size(), end - seen);
            for (const auto& [offset, item] : *items)
                ASSERT_EQ(item.substr(0, item.find(' ')), "R:" + std::to_string(offset));
            seen = end;
            log->release(seen);
        }
    });
    for (int round = 0; round < 1500; ++round) {
        if (round % 100 == 50) files.set_fault(io::testing::Fault{.at_call = 2});
        const std::string row = std::to_string(log->durable_offset()) + " " + std::to_string(round);
        auto appended = append_now(*log, batch_of({row}));
        if (appended) {
            ASSERT_EQ(appended->rows[0].offset, std::stoull(row));
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    is_done = true;
    follower.join();
    EXPECT_GT(log->durable_offset(), 300U);
}

TEST(Reader, NeedsReadAccessOnly) {
    const icelight::testing::TempDir dir;
    Options options = testing::small_options();
    options.directory = dir.path() / "log";
    auto log = open_log(io::posix_file_system(), options).value();
    ASSERT_THAT(append_now(*log, batch_of({"a"})), IsOk());
    using std::filesystem::perms;
    std::filesystem::permissions(options.directory / segment_name(1), perms::owner_read);
    auto reader = Reader::open(options.directory, io::posix_file_system());
    ASSERT_THAT(reader, IsOk());
    EXPECT_EQ(read_items(*reader, 0, 1).value().size(), 1U);
}

}  // namespace
}  // namespace icelight::wal
