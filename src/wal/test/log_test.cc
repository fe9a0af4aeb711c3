#include "wal/log.h"

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
using io::testing::CrashKeeps;
using io::testing::FaultyFileSystem;
using testing::add_reject;
using testing::append_later;
using testing::append_now;
using testing::batch_of;
using testing::Items;
using testing::open_log;
using testing::read_items;
using testing::small_options;

constexpr std::chrono::seconds kSoon{10};

class LogTest : public ::testing::Test {
protected:
    FaultyFileSystem files_;
};

TEST_F(LogTest, AnswersEachRowAndRejectWithItsOffset) {
    auto log = open_log(files_).value();
    auto appended = append_now(*log, batch_of({"a", "bb"}, {"bad"}));
    ASSERT_THAT(appended, IsOk());
    EXPECT_EQ(appended->rows, (std::vector<Outcome>{{0, false}, {1, false}}));
    EXPECT_EQ(appended->reject_offsets, std::vector<std::uint64_t>{2});
    EXPECT_EQ(appended->next_offset, 3U);
    EXPECT_EQ(log->durable_offset(), 3U);
    EXPECT_EQ(read_items(files_, 0, 3).value(), (Items{{0, "R:a"}, {1, "R:bb"}, {2, "X:bad"}}));
}

TEST_F(LogTest, CountsWhatWasReceived) {
    auto log = open_log(files_).value();
    Batch batch = batch_of({"a", "a", "b"}, {"bad"});
    batch.dropped = 2;
    ASSERT_THAT(append_now(*log, batch), IsOk());
    ASSERT_THAT(append_now(*log, batch_of({"b", "c"})), IsOk());
    const Counters expected{
        .received = 8, .stored = 3, .rejected = 1, .dropped = 2, .duplicate = 2};
    EXPECT_EQ(log->counters(), expected);
    ASSERT_THAT(log->close(deadline_in(kSoon)), IsOk());
    log.reset();
    EXPECT_EQ(open_log(files_).value()->counters(), expected);
}

TEST_F(LogTest, DuplicatesInOneBatchAreTheFirstOnesOffset) {
    auto log = open_log(files_).value();
    auto appended = append_now(*log, batch_of({"a", "b", "a", "c", "b"}));
    ASSERT_THAT(appended, IsOk());
    EXPECT_EQ(appended->rows,
              (std::vector<Outcome>{{0, false}, {1, false}, {0, true}, {2, false}, {1, true}}));
    EXPECT_EQ(read_items(files_, 0, 3).value(), (Items{{0, "R:a"}, {1, "R:b"}, {2, "R:c"}}));
}

TEST_F(LogTest, DuplicateOfARowNotYetDurableWaitsForItsSync) {
    auto log = open_log(files_).value();
    std::promise<void> let_go;
    auto gate = let_go.get_future().share();
    std::atomic<bool> is_slow = true;
    files_.set_sync_hook([&is_slow, gate] {
        if (is_slow) gate.wait();
    });
    auto first = append_later(*log, batch_of({"a"}));
    auto again = append_later(*log, batch_of({"a"}));
    EXPECT_EQ(again.wait_for(std::chrono::milliseconds(30)), std::future_status::timeout);
    EXPECT_EQ(log->durable_offset(), 0U);
    is_slow = false;
    let_go.set_value();
    EXPECT_EQ(first.get().value().rows[0], (Outcome{0, false}));
    EXPECT_EQ(again.get().value().rows[0], (Outcome{0, true}));
}

TEST_F(LogTest, RemembersDuplicatesAcrossRestartAndSegments) {
    std::vector<std::string> ids;
    {
        auto log = open_log(files_).value();
        for (int index = 0; index < 200; ++index) {
            ids.push_back("row-" + std::to_string(index) + std::string(100, 'x'));
            ASSERT_THAT(append_now(*log, batch_of({ids.back()})), IsOk());
        }
    }
    ASSERT_GT(load_directory("/log", files_, {}).value().segments.size(), 3U);
    auto log = open_log(files_).value();
    auto appended = append_now(*log, batch_of(ids));
    ASSERT_THAT(appended, IsError(ErrorCode::kTooLarge));
    for (std::size_t index = 0; index < ids.size(); ++index)
        EXPECT_EQ(append_now(*log, batch_of({ids[index]})).value().rows[0], (Outcome{index, true}));
    EXPECT_EQ(log->counters().duplicate, 200U);
    EXPECT_EQ(read_items(files_, 0, 200).value().size(), 200U);
}

TEST_F(LogTest, RefusesWhatCannotBeWritten) {
    auto log = open_log(files_).value();
    EXPECT_THAT(append_now(*log, Batch{}), IsError(ErrorCode::kInvalidArgument));
    Batch wrong = batch_of({"abc"});
    wrong.row_refs[0].bytes = 2;
    EXPECT_THAT(append_now(*log, wrong), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(append_now(*log, batch_of({std::string(4096, 'x')})),
                IsError(ErrorCode::kTooLarge));
    ASSERT_THAT(log->close(deadline_in(kSoon)), IsOk());
    EXPECT_THAT(append_now(*log, batch_of({"a"})), IsError(ErrorCode::kShuttingDown));
    Options options = small_options();
    options.segment_bytes = 100;
    EXPECT_THAT(open_log(files_, options), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(LogTest, FullQueueIsOverloadedAndLateBatchesAreGivenUp) {
    Options options = small_options();
    options.queue_bytes_max = 1000;
    auto log = open_log(files_, options).value();
    std::promise<void> entered;
    std::promise<void> let_go;
    auto gate = let_go.get_future().share();
    std::atomic<int> syncs = 0;
    files_.set_sync_hook([&, gate] {
        if (testing::is_log_thread() && ++syncs == 1) {
            entered.set_value();
            gate.wait();
        }
    });
    auto first = append_later(*log, batch_of({std::string(300, 'a')}));
    entered.get_future().wait();
    std::promise<Result<Appended>> late;
    log->append(batch_of({"late"}),
                deadline_in(std::chrono::milliseconds(0)),
                [&late](auto answer) { late.set_value(std::move(answer)); });
    EXPECT_GT(log->unsynced_bytes(), 300U);
    EXPECT_THAT(append_now(*log, batch_of({std::string(600, 'b')})),
                IsError(ErrorCode::kOverloaded));
    let_go.set_value();
    EXPECT_THAT(first.get(), IsOk());
    EXPECT_THAT(late.get_future().get(), IsError(ErrorCode::kTimeout));
    EXPECT_EQ(log->durable_offset(), 1U);
}

TEST_F(LogTest, QuietLogAttestsItsLastGroup) {
    Options options = small_options();
    options.attest_after = std::chrono::milliseconds(5);
    auto log = open_log(files_, options).value();
    ASSERT_THAT(append_now(*log, batch_of({"a"})), IsOk());
    const auto path = "/log/" + segment_name(1);
    const std::uint64_t record = kSegmentHeaderBytes + kRecordHeaderBytes + 24;
    while (files_.bytes_of(path).substr(record, 4) == std::string(4, '\0'))
        std::this_thread::yield();
    log.reset();
    std::string bytes = files_.bytes_of(path);
    bytes[record - 1] ^= 1;
    files_.replace(path, bytes);
    const auto before = files_.contents();
    EXPECT_THAT(open_log(files_), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(open_log(files_), HasMessage(path + ": byte 128: damaged (attested"));
    EXPECT_EQ(files_.contents(), before);
}

TEST_F(LogTest, WaitsForAPosition) {
    auto log = open_log(files_).value();
    EXPECT_FALSE(log->wait_durable_beyond(1, deadline_in(std::chrono::milliseconds(5))));
    std::thread later([&log] { static_cast<void>(append_now(*log, batch_of({"a"}))); });
    EXPECT_TRUE(log->wait_durable_beyond(1, deadline_in(kSoon)));
    later.join();
}

TEST_F(LogTest, ReleasesFlushedSegmentsAndKeepsTheirFingerprints) {
    Options options = small_options();
    options.retained_bytes_max = 3 * testing::kSmallSegmentBytes;
    auto log = open_log(files_, options).value();
    for (int index = 0; index < 300; ++index)
        ASSERT_THAT(append_now(*log, batch_of({"r" + std::to_string(index)})), IsOk());
    log->release(10);
    EXPECT_EQ(log->first_offset(), 0U);
    const std::uint64_t bytes_before = log->bytes_from(290);
    while (log->first_offset() < 186) {
        log->release(295);
        std::this_thread::yield();
    }
    EXPECT_EQ(log->first_offset(), 186U);  // 31 rows a segment; three segments stay.
    EXPECT_EQ(log->bytes_from(300), 0U);
    EXPECT_EQ(log->bytes_from(290), bytes_before);
    EXPECT_GT(bytes_before, 0U);
    EXPECT_THAT(read_items(files_, 0, 300), IsError(ErrorCode::kNotFound));
    const Uuid uuid = log->uuid();
    log.reset();
    log = open_log(files_, options, {uuid, 295}).value();
    EXPECT_EQ(append_now(*log, batch_of({"r0"})).value().rows[0], (Outcome{0, true}));
    EXPECT_EQ(log->durable_offset(), 300U);
    EXPECT_EQ(log->counters().stored, 300U);
}

TEST_F(LogTest, SegmentThatCannotBeRemovedKeepsTheYoungerOnes) {
    Options options = small_options();
    options.retained_bytes_max = 0;
    auto log = open_log(files_, options).value();
    for (int index = 0; index < 100; ++index)
        ASSERT_THAT(append_now(*log, batch_of({"r" + std::to_string(index)})), IsOk());
    testing::wait_until_idle(files_);
    files_.set_fault(io::testing::Fault{.at_call = 1});
    log->release(100);
    EXPECT_EQ(log->first_offset(), 0U);
    const Uuid uuid = log->uuid();
    log.reset();
    log = open_log(files_, options, {uuid, 100}).value();
    testing::wait_until_idle(files_);
    log->release(100);
    EXPECT_EQ(log->first_offset(), 93U);
}

TEST_F(LogTest, OneGroupTakesAllThatIsQueued) {
    auto log = open_log(files_).value();
    std::promise<void> entered;
    std::promise<void> let_go;
    auto gate = let_go.get_future().share();
    std::atomic<int> syncs = 0;
    auto waiting = append_later(*log, batch_of({"warm"}));
    waiting.wait();
    files_.set_sync_hook([&, gate] {
        if (testing::is_log_thread() && ++syncs == 1) {
            entered.set_value();
            gate.wait();
        }
    });
    std::vector<std::future<Result<Appended>>> answers;
    answers.push_back(append_later(*log, batch_of({"first"})));
    entered.get_future().wait();
    for (int index = 0; index < 10; ++index)
        answers.push_back(append_later(*log, batch_of({std::to_string(index)})));
    let_go.set_value();
    for (auto& answer : answers)
        EXPECT_THAT(answer.get(), IsOk());
    EXPECT_EQ(syncs.load(), 2);
}

TEST(LogOnDisk, WritesAndRecoversRealFiles) {
    const icelight::testing::TempDir dir;
    Options options = small_options();
    options.directory = dir.path() / "log";
    options.segment_bytes = 64 << 10;
    auto& files = io::posix_file_system();
    for (int round = 0; round < 3; ++round) {
        auto log = open_log(files, options);
        ASSERT_THAT(log, IsOk());
        const std::string row(1000, static_cast<char>('a' + round));
        for (int index = 0; index < 100; ++index)
            ASSERT_THAT(append_now(**log, batch_of({row + std::to_string(index)})), IsOk());
        EXPECT_EQ((*log)->durable_offset(), 100U * (round + 1));
        if (round == 1) {
            ASSERT_THAT((*log)->close(deadline_in(kSoon)), IsOk());
        }
    }
    auto reader = Reader::open(options.directory, files).value();
    EXPECT_EQ(read_items(reader, 0, 300).value().size(), 300U);
}

}  // namespace
}  // namespace icelight::wal
