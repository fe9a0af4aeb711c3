// What an owner may have, in every format, with real workers.
#include "query/limits.h"

#include <future>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/shadow_memory.h"
#include "base/testing/matchers.h"
#include "query/service.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using std::chrono::milliseconds;

constexpr Format kFormats[] = {
    Format::kJson, Format::kCsv, Format::kNdjson, Format::kParquet, Format::kArrow};

class LimitsTest : public ::testing::Test {
protected:
    void SetUp() override {
        service_ = std::make_unique<Service>(
            lake_.options(), lake_.log(), lake_.catalog(), system_clock());
        ASSERT_THAT(service_->start(), IsOk());
    }

    static Request make_request(const std::string& sql, const Limits& limits) {
        Request request;
        request.sql = sql;
        request.owner = "ann";
        request.limits = limits;
        request.timeout = milliseconds(20'000);
        return request;
    }

    std::future<Result<Reply>> begin(Request request) {
        auto promise = std::make_shared<std::promise<Result<Reply>>>();
        auto future = promise->get_future();
        service_->run(std::move(request),
                      [promise](Result<Reply> reply) { promise->set_value(std::move(reply)); });
        return future;
    }

    Result<Reply> ask(const std::string& sql, const Limits& limits, Format format) {
        auto request = make_request(sql, limits);
        request.format = format;
        return begin(std::move(request)).get();
    }

    testing::TinyLake lake_;
    std::unique_ptr<Service> service_;
};

TEST_F(LimitsTest, RowsAreCountedInEveryFormat) {
    const std::string sql = "SELECT i FROM range(100) t(i) -- in order";
    for (const auto format : kFormats) {
        const auto refused = ask(sql, {.rows_max = 99}, format);
        EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
        EXPECT_THAT(refused, HasMessage("answers of 99 rows at most (max_rows)"));
        const auto whole = ask(sql, {.rows_max = 100}, format);
        ASSERT_THAT(whole, IsOk());
        EXPECT_EQ(whole->facts.rows, 100U);
    }
}

TEST_F(LimitsTest, BytesOfTheAnswerAreCountedInEveryFormat) {
    const std::string sql = "SELECT md5(i::VARCHAR) FROM range(1000) t(i)";
    for (const auto format : kFormats) {
        const auto refused = ask(sql, {.reply_bytes_max = 10'000}, format);
        EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
        EXPECT_THAT(refused, HasMessage("answers of 10000 bytes at most (max_reply_bytes)"));
        EXPECT_THAT(ask(sql, {.reply_bytes_max = 200'000}, format), IsOk());
    }
}

TEST_F(LimitsTest, BytesOfFilesAreCountedBeforeTheyAreRead) {
    lake_.append(100);
    lake_.flush();
    for (const auto format : kFormats) {
        const auto refused = ask("SELECT user_id FROM events", {.scanned_bytes_max = 100}, format);
        EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
        EXPECT_THAT(refused, HasMessage("100 bytes of files at most (max_scanned_bytes)"));
    }
    // What statistics leave out is not read.
    EXPECT_THAT(ask("SELECT user_id FROM events", {.scanned_bytes_max = 1'000'000}, Format::kJson),
                IsOk());
    EXPECT_THAT(ask("SELECT 1", {.scanned_bytes_max = 1}, Format::kJson), IsOk());
}

TEST_F(LimitsTest, MemoryEndsAQueryAndSaysSo) {
    // Texts of functions are not the engine's to count.
    const auto refused =
        ask("SELECT sum(length(repeat('x', 100000000 + i::INTEGER))) FROM range(3) t(i)",
            {.memory_bytes_max = 64u << 20},
            Format::kJson);
    EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(refused, HasMessage("67108864 bytes of memory at most (max_memory_bytes)"));
    EXPECT_THAT(ask("SELECT 1", {.memory_bytes_max = 64u << 20}, Format::kJson), IsOk());
}

TEST_F(LimitsTest, TheEngineSpillsOrEndsCleanlyWithinIt) {
    if constexpr (kHasShadowMemory) {
        GTEST_SKIP() << "shadow memory and what a sanitizer keeps of freed memory count as the "
                        "query's";
    }
    constexpr std::uint64_t kMax = 160u << 20;
    // Some 200 MiB of hash table.
    const auto spilled =
        ask("SELECT count(*) FROM range(4000000) a(i) JOIN (SELECT i + 1 AS i, i * 2 AS k, i * 3 "
            "AS l FROM range(4000000) t(i)) b USING (i) WHERE k + l >= 0",
            {.memory_bytes_max = kMax},
            Format::kJson);
    EXPECT_THAT(spilled, IsOk());
    // A list cannot spill.
    const std::string list = "SELECT length(list(i)) FROM range(10000000) t(i)";
    for (const std::uint64_t max : {std::uint64_t{1}, std::uint64_t{4} << 20, kMax}) {
        const auto refused = ask(list, {.memory_bytes_max = max}, Format::kCsv);
        EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument)) << max;
        EXPECT_THAT(refused, HasMessage("bytes of memory at most (max_memory_bytes)")) << max;
    }
    // Nobody else has that limit, and the workers are the same.
    EXPECT_THAT(ask(list, {}, Format::kCsv), IsOk());
    EXPECT_EQ(service_->status().kills, 0U);
    EXPECT_EQ(service_->status().crashes, 0U);
}

TEST_F(LimitsTest, TimeEndsAQueryAndSaysSo) {
    const auto began = system_clock().steady();
    const auto refused = ask("SELECT count(*) FROM range(1000000) a, range(1000000) b",
                             {.time_max = milliseconds(200)},
                             Format::kJson);
    EXPECT_THAT(refused, IsError(ErrorCode::kTimeout));
    EXPECT_THAT(refused, HasMessage("200 ms (max_time_ms)"));
    EXPECT_LT(system_clock().steady() - began, std::chrono::seconds(5));
}

TEST_F(LimitsTest, QueriesAtOnceAreCountedForEachOwner) {
    auto endless =
        make_request("SELECT count(*) FROM range(1000000) a, range(1000000) b", {.queries_max = 1});
    auto first = begin(endless);
    const auto second = begin(make_request("SELECT 1", {.queries_max = 1})).get();
    EXPECT_THAT(second, IsError(ErrorCode::kOverloaded));
    EXPECT_THAT(second, HasMessage("1 queries at once (max_queries)"));
    auto other = make_request("SELECT 1", {.queries_max = 1});
    other.owner = "bob";
    EXPECT_THAT(begin(std::move(other)).get(), IsOk());
    const auto active = service_->active();
    ASSERT_EQ(active.size(), 1U);
    service_->cancel(active[0].id);
    EXPECT_THAT(first.get(), IsError(ErrorCode::kShuttingDown));
    EXPECT_THAT(begin(make_request("SELECT 1", {.queries_max = 1})).get(), IsOk());
}

TEST_F(LimitsTest, WhatWaitsEndsAtItsDeadlineOrCancelAndNotAtItsTurn) {
    const std::string endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b";
    std::vector<std::future<Result<Reply>>> running;
    for (std::size_t i = 0; i < lake_.options().workers; ++i) {
        auto request = make_request(endless, {});
        request.name = "running";
        running.push_back(begin(std::move(request)));
    }
    auto waits = make_request("SELECT 1", {});
    waits.name = "waiting";
    auto cancelled = begin(waits);
    waits.timeout = milliseconds(50);
    auto late = begin(waits);
    ASSERT_EQ(late.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_THAT(late.get(), HasMessage("waited for a worker until its deadline"));
    EXPECT_EQ(service_->cancel_named("waiting", "ann"), 1U);
    ASSERT_EQ(cancelled.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_THAT(cancelled.get(), IsError(ErrorCode::kShuttingDown));
    EXPECT_EQ(service_->cancel_named("running", "ann"), running.size()) << "their turn is not over";
    for (auto& query : running)
        EXPECT_THAT(query.get(), IsError(ErrorCode::kShuttingDown));
}

}  // namespace
}  // namespace icelight::query
