// A live reader's place in a real log: everything once and in order, or a gap.
#include "server/live/cursor.h"

#include <future>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "event/parse.h"
#include "io/file_system.h"
#include "wal/log.h"

namespace icelight::server::live {
namespace {

using ::icelight::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class LiveCursor : public ::testing::Test {
protected:
    LiveCursor() {
        wal::Options options;
        options.directory = directory_.path() / "log";
        options.segment_bytes = 64 << 10;
        options.retained_bytes_max = 0;
        auto opened = wal::Log::open(options, io::posix_file_system(), system_clock(), {}, false);
        EXPECT_THAT(opened, IsOk());
        log_ = std::move(*opened);
    }

    ~LiveCursor() override {
        EXPECT_THAT(log_->close(deadline_in(std::chrono::seconds(5))), IsOk());
    }

    /// One request of that body on /v1/batch.
    void store(const std::string& body) {
        const FingerprintKey key = log_->fingerprint_key();
        event::RequestFacts facts;
        facts.key = &key;
        facts.received_at = 1'700'000'000'000'000;
        auto parsed = event::Parser().parse(body, facts);
        wal::Batch batch;
        batch.rows = parsed.rows;
        for (const auto& row : parsed.row_refs)
            batch.row_refs.push_back({row.fingerprint, row.bytes});
        batch.rejects = parsed.rejects;
        batch.reject_bytes = parsed.reject_bytes;
        std::promise<Result<wal::Appended>> done;
        log_->append(std::move(batch),
                     deadline_in(std::chrono::seconds(5)),
                     [&done](Result<wal::Appended> appended) { done.set_value(appended); });
        ASSERT_THAT(done.get_future().get(), IsOk());
    }

    void store_events(int count, std::size_t padding) {
        std::string body;
        for (int i = 0; i < count; ++i)
            body += fmt::format(
                R"({}{{"type":"track","userId":"u","event":"e","properties":{{"p":"{}"}}}})",
                i == 0 ? "" : ",",
                std::string(padding, 'x'));
        store("{\"batch\":[" + body + "]}");
    }

    Cursor make_cursor(Cursor::Start start, Filter filter = {}) {
        return {directory_.path() / "log",
                io::posix_file_system(),
                std::move(filter),
                start,
                [this](std::uint64_t above) -> Result<Commits> {
                    Commits found;
                    for (const auto& [to, commit] : commits_)
                        if (to > above) found[to] = commit;
                    return found;
                }};
    }

    Seen seen(std::uint64_t committed = 0) const { return {log_->durable_offset(), committed}; }

    icelight::testing::TempDir directory_;
    std::unique_ptr<wal::Log> log_;
    Commits commits_;
};

TEST_F(LiveCursor, ShowsWhatIsDurableOnceAndInOrder) {
    store(
        R"({"batch":[{"type":"track","userId":"u","event":"a","messageId":"m1"},{"type":"track"}]})");
    Cursor cursor = make_cursor({});
    const auto piece = cursor.read(seen());
    ASSERT_THAT(piece, IsOk());
    EXPECT_THAT(piece->messages, StartsWith("id: 0\nevent: stored\ndata: {\"message_id\":\"m1\""));
    EXPECT_THAT(piece->messages, HasSubstr("id: 1\nevent: rejected\n"));
    EXPECT_FALSE(piece->is_behind);
    EXPECT_EQ(cursor.read(seen())->messages, "");
    store(R"({"batch":[{"type":"track","userId":"u","event":"b","messageId":"m2"}]})");
    EXPECT_THAT(cursor.read(seen())->messages, StartsWith("id: 2\n"));
}

TEST_F(LiveCursor, MuchComesInPiecesWithoutHolesAcrossSegments) {
    for (int i = 0; i < 40; ++i)
        store_events(30, 900);
    Cursor cursor = make_cursor({.next_offset = 5, .committed = 0});
    std::uint64_t expected = 5;
    for (bool is_behind = true; is_behind;) {
        auto piece = cursor.read(seen());
        ASSERT_THAT(piece, IsOk());
        is_behind = piece->is_behind;
        EXPECT_LT(piece->messages.size(), Cursor::kPieceBytes + 4096);
        for (std::size_t at = 0; (at = piece->messages.find("id: ", at)) != std::string::npos; ++at)
            EXPECT_EQ(std::stoull(piece->messages.substr(at + 4)), expected++);
    }
    EXPECT_EQ(expected, 1'200U);
}

TEST_F(LiveCursor, WhatTheLogLetGoIsAGap) {
    Cursor cursor = make_cursor({});
    for (int i = 0; i < 20; ++i)
        store_events(30, 900);
    log_->release(log_->durable_offset());
    ASSERT_GT(log_->first_offset(), 0U);
    const auto piece = cursor.read(seen());
    ASSERT_THAT(piece, IsOk());
    EXPECT_EQ(piece->messages, "event: gap\ndata: {\"from\":0,\"to\":600}\n\n");
    store_events(1, 1);
    EXPECT_THAT(cursor.read(seen())->messages, StartsWith("id: 600\n"));
}

TEST_F(LiveCursor, TellsACommitAfterItsEventsAndOnce) {
    store_events(3, 1);
    commits_ = {{2, {11, {0, 2}}}, {3, {12, {2, 3}}}, {9, {13, {3, 9}}}};
    Cursor cursor = make_cursor({});
    const auto piece = cursor.read(seen(3));
    ASSERT_THAT(piece, IsOk());
    EXPECT_LT(piece->messages.find("id: 2\n"), piece->messages.find("event: committed"));
    EXPECT_THAT(piece->messages, HasSubstr(R"({"snapshot_id":"11","from":0,"to":2})"));
    EXPECT_THAT(piece->messages, HasSubstr(R"({"snapshot_id":"12","from":2,"to":3})"));
    EXPECT_THAT(piece->messages, Not(HasSubstr(R"("snapshot_id":"13")")));
    EXPECT_EQ(cursor.read(seen(3))->messages, "");
}

TEST_F(LiveCursor, FilteredEventsAreSkippedWithoutStayingBehind) {
    store_events(5, 1);
    Filter filter;
    filter.types = {"page"};
    Cursor cursor = make_cursor({}, filter);
    const auto piece = cursor.read(seen());
    ASSERT_THAT(piece, IsOk());
    EXPECT_EQ(piece->messages, "");
    EXPECT_FALSE(piece->is_behind);
    EXPECT_EQ(cursor.next_offset(), 5U);
}

}  // namespace
}  // namespace icelight::server::live
