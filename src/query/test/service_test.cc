#include "query/service.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/shadow_memory.h"
#include "base/testing/matchers.h"
#include "catalog/pins.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServiceTest : public ::testing::Test {
protected:
    void start(Options options) {
        service_ = std::make_unique<Service>(
            std::move(options), lake_.log(), lake_.catalog(), system_clock());
        ASSERT_THAT(service_->start(), IsOk());
    }

    void start() { start(lake_.options()); }

    std::future<Result<Reply>> begin(Request request, QueryId* id = nullptr) {
        auto promise = std::make_shared<std::promise<Result<Reply>>>();
        auto future = promise->get_future();
        const QueryId started = service_->run(std::move(request), [promise](Result<Reply> reply) {
            promise->set_value(std::move(reply));
        });
        if (id != nullptr) *id = started;
        return future;
    }

    Result<Reply> ask(const std::string& sql, milliseconds timeout = milliseconds(20'000)) {
        Request request;
        request.sql = sql;
        request.timeout = timeout;
        return begin(std::move(request)).get();
    }

    /// The rows as CSV without header, or the error.
    std::string rows(const std::string& sql) {
        Request request;
        request.sql = sql;
        request.format = Format::kCsv;
        request.timeout = milliseconds(20'000);
        const auto reply = begin(std::move(request)).get();
        if (!reply) return "error: " + reply.error().message;
        return reply->body.substr(reply->body.find("\r\n") + 2);
    }

    /// The JSON body, or the error.
    std::string body(const std::string& sql) {
        const auto reply = ask(sql);
        return reply ? reply->body : "error: " + reply.error().message;
    }

    testing::TinyLake lake_;
    std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, AnswersInTheEnvelope) {
    start();
    const auto reply = ask("SELECT 1 AS one, 'x' AS text");
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(reply->content_type, "application/json");
    EXPECT_THAT(reply->body,
                StartsWith(R"({"success":true,"data":[{"one":1,"text":"x"}],"meta":)"));
    EXPECT_EQ(reply->facts.rows, 1U);
    EXPECT_EQ(rows("SELECT 1 AS a, NULL AS b"), "1,\r\n");
}

TEST_F(ServiceTest, ATextThatWasReadBeforeIsReadAlike) {
    start();
    for (const std::int64_t value : {1, 2, 3}) {
        Request request;
        request.sql = "SELECT count(*) + $1 AS n FROM events WHERE _log_offset >= $1";
        request.format = Format::kCsv;
        request.timeout = milliseconds(20'000);
        request.values = {value};
        const auto reply = begin(std::move(request)).get();
        ASSERT_THAT(reply, IsOk());
        EXPECT_EQ(reply->body, fmt::format("n\r\n{}\r\n", value));
        EXPECT_THAT(body("DROP TABLE events"), StartsWith("error: SQL validation failed"));
        EXPECT_THAT(body("SELECT * FROM nothing"), HasSubstr("there is no table"));
    }
    // More than are remembered.
    for (int i = 0; i < 300; ++i) {
        const auto text = std::to_string(i);
        ASSERT_EQ(rows("SELECT " + text), text + "\r\n");
    }
    EXPECT_EQ(rows("SELECT 7"), "7\r\n");
}

TEST_F(ServiceTest, EmptyTablesHaveRealTypes) {
    lake_.make_other_table();
    start();
    EXPECT_THAT(
        body("SELECT * FROM events"),
        HasSubstr(R"x("data":[],"meta":{"columns":[{"name":"message_id","type":"VARCHAR"},)x"
                  R"x({"name":"type","type":"VARCHAR"},{"name":"user_id")x"));
    EXPECT_THAT(body("SELECT timestamp, _log_offset, _log_shard FROM events"),
                HasSubstr(R"({"name":"timestamp","type":"TIMESTAMP WITH TIME ZONE"},)"
                          R"({"name":"_log_offset","type":"BIGINT"},)"
                          R"({"name":"_log_shard","type":"INTEGER"})"));
    EXPECT_THAT(body("SELECT * FROM events__rejected"),
                HasSubstr(R"({"name":"raw","type":"BLOB"})"));
    EXPECT_THAT(body("SELECT * FROM analytics.other"),
                HasSubstr(R"x({"name":"price","type":"DECIMAL(9,2)"})x"));
    EXPECT_EQ(rows("SELECT count(*) FROM events"), "0\r\n");
}

// Each query sees files up to W and the log from W to what was durable when it began: every row
// once, whatever was flushed in between and in whichever worker.
TEST_F(ServiceTest, EveryAcknowledgedRowIsSeenOnceAcrossFlushes) {
    start();
    std::uint64_t events = 0;
    std::uint64_t rejects = 0;
    for (int round = 0; round < 12; ++round) {
        lake_.append(50, round % 3);
        events += 50;
        rejects += static_cast<std::uint64_t>(round % 3);
        if (round % 4 == 1) lake_.flush();
        if (round % 4 == 2) lake_.flush(lake_.watermark() + 20);
        EXPECT_EQ(rows("SELECT count(*), count(DISTINCT message_id), count(DISTINCT _log_offset), "
                       "max(_log_offset) < " +
                       std::to_string(lake_.log().durable_offset()) + " FROM events"),
                  fmt::format("{},{},{},true\r\n", events, events, events))
            << "round " << round;
        EXPECT_EQ(rows("SELECT count(*), count(DISTINCT _log_offset) FROM events__rejected"),
                  fmt::format("{},{}\r\n", rejects, rejects));
    }
    EXPECT_EQ(rows("SELECT count(*) FROM (SELECT _log_offset FROM events UNION ALL SELECT "
                   "_log_offset FROM events__rejected) HAVING count(*) = "
                   "count(DISTINCT _log_offset)"),
              fmt::format("{}\r\n", lake_.log().durable_offset()));
}

TEST_F(ServiceTest, TailAndFileRowsAreTheSame) {
    lake_.append(30, 3);
    start();
    const std::string events = "SELECT * EXCLUDE (__ingest_ts) FROM events ORDER BY _log_offset";
    const std::string rejects =
        "SELECT * EXCLUDE (__ingest_ts) FROM events__rejected ORDER BY _log_offset";
    const auto events_in_log = rows(events);
    const auto rejects_in_log = rows(rejects);
    EXPECT_THAT(events_in_log, HasSubstr("m0,track,u0,,e0,,\"{\"\"n\"\":0}\","));
    lake_.flush();
    EXPECT_EQ(rows(events), events_in_log);
    EXPECT_EQ(rows(rejects), rejects_in_log);
}

TEST_F(ServiceTest, CommittedOnlyLeavesTheTailOut) {
    lake_.append(10);
    lake_.flush();
    lake_.append(5);
    start();
    Request request;
    request.sql = "SELECT count(*) AS n FROM events";
    request.is_committed_only = true;
    const auto committed = begin(request).get();
    ASSERT_THAT(committed, IsOk());
    EXPECT_THAT(committed->body, HasSubstr(R"("data":[{"n":10}])"));
    EXPECT_THAT(committed->body, HasSubstr(R"("watermark":10,"durable":10,"tailRows":0)"));
    const auto all = ask("SELECT count(*) AS n FROM events");
    EXPECT_THAT(all->body, HasSubstr(R"("data":[{"n":15}])"));
    EXPECT_THAT(all->body, HasSubstr(R"("watermark":10,"durable":15,"tailRows":5)"));
    EXPECT_THAT(all->body, ::testing::ContainsRegex("\"snapshotId\":\"[0-9]+\""));
}

TEST_F(ServiceTest, TablesHaveSeveralNames) {
    lake_.append(3);
    start();
    for (const char* name : {"events",
                             "analytics.events",
                             "icelight.analytics.events",
                             "r2_datalake.analytics.events",
                             "ANALYTICS.Events",
                             "\"r2_datalake\".\"analytics\".\"events\""}) {
        EXPECT_EQ(rows(fmt::format("SELECT count(*) FROM {}", name)), "3\r\n") << name;
    }
    EXPECT_EQ(rows("SELECT count(*) FROM events a JOIN r2_datalake.analytics.events b "
                   "USING (message_id)"),
              "3\r\n");
}

TEST_F(ServiceTest, UnknownTablesAreRefusedByName) {
    start();
    for (const char* name : {"nothing",
                             "analytics.nothing",
                             "nowhere.events",
                             "'file.parquet'",
                             "\"/etc/passwd\"",
                             "duckdb_tables",
                             "information_schema.tables",
                             "memory.tail_events",
                             "main.tail_events"}) {
        EXPECT_THAT(rows(fmt::format("SELECT * FROM {}", name)),
                    StartsWith("error: SQL validation failed: there is no table "))
            << name;
    }
    EXPECT_EQ(rows("SELECT 1"), "1\r\n");
}

TEST_F(ServiceTest, ShowDescribeSummarizeAndExplain) {
    lake_.append(3);
    start();
    EXPECT_EQ(rows("SHOW TABLES"), "analytics,events\r\nanalytics,events__rejected\r\n");
    EXPECT_THAT(rows("DESCRIBE events"), HasSubstr("timestamp,TIMESTAMP WITH TIME ZONE,YES"));
    EXPECT_THAT(rows("SUMMARIZE SELECT _log_offset FROM events"), StartsWith("_log_offset,BIGINT"));
    EXPECT_THAT(rows("EXPLAIN SELECT count(*) FROM events"), HasSubstr("physical_plan"));
}

TEST_F(ServiceTest, StarShowsFieldIdOrder) {
    lake_.append(1);
    lake_.flush();
    lake_.append(1);
    start();
    Request request;
    request.sql = "SELECT * FROM events";
    request.format = Format::kCsv;
    EXPECT_THAT(begin(request).get()->body,
                StartsWith("message_id,type,user_id,anonymous_id,event,name,properties,traits,"
                           "context,timestamp,sent_at,received_at,__ingest_ts,"));
}

// A count over files and tail must not read the widest column: the plan's scans name what they
// read.
TEST_F(ServiceTest, CountReadsACheapColumn) {
    lake_.append(10);
    lake_.flush();
    lake_.append(10);
    start();
    const auto plan = rows("EXPLAIN SELECT count(*) FROM events");
    EXPECT_THAT(plan, ::testing::Not(HasSubstr("message_id")));
}

TEST_F(ServiceTest, WrongSqlIsTheClientsFault) {
    start();
    EXPECT_THAT(ask("SELEC 1"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(ask("SELECT nope FROM events"), HasMessage("Binder Error"));
    EXPECT_THAT(ask("SELECT nope FROM events"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(ask("SELECT CAST('x' AS INT)"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(ask("SELECT * FROM read_text('/etc/passwd')"),
                HasMessage("SQL validation failed: "));
    EXPECT_THAT(ask("SELECT 1"), IsOk());
}

TEST_F(ServiceTest, RowsAreCutAndItIsSaid) {
    start();
    const auto cut = ask("SELECT range AS n FROM range(10001)");
    ASSERT_THAT(cut, IsOk());
    EXPECT_EQ(cut->facts.rows, 10'000U);
    EXPECT_TRUE(cut->facts.is_truncated);
    EXPECT_THAT(cut->body, HasSubstr(R"("rowCount":10000)"));
    EXPECT_THAT(cut->body, HasSubstr(R"("truncated":true)"));
    const auto whole = ask("SELECT range AS n FROM range(10000)");
    EXPECT_FALSE(whole->facts.is_truncated);
}

TEST_F(ServiceTest, LargeRepliesComeInPieces) {
    start();
    Request request;
    request.sql = "SELECT repeat('x', 1000000) AS x FROM range(20)";
    std::size_t pieces = 0;
    std::size_t bytes = 0;
    request.write = [&](std::string_view piece) {
        ++pieces;
        bytes += piece.size();
        return true;
    };
    const auto reply = begin(std::move(request)).get();
    ASSERT_THAT(reply, IsOk());
    EXPECT_GT(pieces, 20U);
    EXPECT_EQ(bytes, reply->bytes_written);
    EXPECT_GT(bytes, 20'000'000U);
    EXPECT_TRUE(reply->body.empty());
}

TEST_F(ServiceTest, TooLargeIsAnError) {
    start();
    EXPECT_THAT(ask("SELECT repeat('x', 17000000) AS x"), HasMessage("larger than 16 MiB"));
    EXPECT_THAT(ask("SELECT repeat('x', 17000000) AS x"), IsError(ErrorCode::kInvalidArgument));
    std::string sql(kSqlBytesMax + 1, ' ');
    EXPECT_THAT(ask(sql), HasMessage("SQL validation failed: "));
}

TEST_F(ServiceTest, OutOfMemoryIsAnErrorAndTheWorkerGoesOn) {
    if constexpr (kHasShadowMemory) GTEST_SKIP() << "RLIMIT_DATA is not set, which ends this query";
    start();
    const auto reply = ask("SELECT list_sum(range(500000000))");
    EXPECT_THAT(reply, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(reply, HasMessage("Out of Memory Error"));
    EXPECT_THAT(reply, ::testing::Not(HasMessage("SET memory_limit")));
    EXPECT_THAT(ask("SELECT 1"), IsOk());
    EXPECT_EQ(service_->status().crashes, 0U);
}

// What our aggregates hold has its own bound, which leaves room below the process's.
TEST_F(ServiceTest, SequencesAreMatchedInTheSandboxAndBounded) {
    start();
    EXPECT_EQ(rows("SELECT sequence_depth('2 total=1s', to_timestamp(i), i, i % 2 + 1) FROM "
                   "range(100000) t(i)"),
              "2\r\n");
    EXPECT_EQ(rows("SELECT path_around('before=1 after=1', to_timestamp(i), i, 'e' || i, i = 7)[3] "
                   "FROM range(1000) t(i)"),
              "e8\r\n");
    EXPECT_EQ(rows("SELECT cohort_periods(i, i = 3, true).cohort FROM range(10) t(i)"), "3\r\n");
    EXPECT_THAT(ask("SELECT sequence_depth('2', now(), i, 1) FROM range(100000000) t(i)"),
                HasMessage("Out of Memory Error"));
    EXPECT_EQ(service_->status().crashes, 0U);
}

TEST_F(ServiceTest, DeadlineInterruptsARunawayQuery) {
    start();
    const auto begin = system_clock().steady();
    EXPECT_THAT(ask("SELECT count(*) FROM range(1000000) a, range(1000000) b", milliseconds(300)),
                IsError(ErrorCode::kTimeout));
    EXPECT_LT(system_clock().steady() - begin, std::chrono::seconds(5));
    EXPECT_THAT(ask("SELECT 1"), IsOk());
    EXPECT_EQ(service_->status().kills, 0U);
}

// One scalar call cannot be interrupted: its worker is killed and a spare answers the next query.
TEST_F(ServiceTest, WorkerThatDoesNotStopIsKilled) {
    start();
    EXPECT_THAT(
        ask("SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))", milliseconds(300)),
        IsError(ErrorCode::kTimeout));
    EXPECT_EQ(service_->status().kills, 1U);
    EXPECT_THAT(ask("SELECT 1"), IsOk());
}

TEST_F(ServiceTest, CancelEndsAQuery) {
    start();
    Request request;
    request.sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b";
    QueryId id = 0;
    auto future = begin(std::move(request), &id);
    while (service_->status().active == 0)
        std::this_thread::sleep_for(milliseconds(1));
    service_->cancel(id);
    EXPECT_THAT(future.get(), IsError(ErrorCode::kShuttingDown));
    EXPECT_THAT(ask("SELECT 1"), IsOk());
}

/// Children of this process that run as SQL workers.
std::vector<pid_t> worker_pids() {
    std::vector<pid_t> pids;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream children(task.path() / "children");
        pid_t pid = 0;
        while (children >> pid)
            pids.push_back(pid);
    }
    return pids;
}

TEST_F(ServiceTest, DeathOfAWorkerIsThatQuerysError) {
    start();
    Request request;
    request.sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b";
    auto future = begin(std::move(request));
    while (service_->status().active == 0)
        std::this_thread::sleep_for(milliseconds(1));
    for (const pid_t pid : worker_pids())
        ::kill(pid, SIGKILL);
    const auto reply = future.get();
    EXPECT_THAT(reply, IsError(ErrorCode::kIo));
    EXPECT_THAT(reply, HasMessage("the SQL worker ended"));
    // Those that died idle are no query's fault.
    EXPECT_THAT(ask("SELECT 1"), IsOk());
    EXPECT_THAT(ask("SELECT 1"), IsOk());
    EXPECT_EQ(service_->status().crashes, 1U);
}

TEST_F(ServiceTest, PinsEndWithTheirQueries) {
    lake_.append(5);
    start();
    EXPECT_EQ(rows("SELECT count(*) FROM events"), "5\r\n");
    EXPECT_THAT(ask("SELECT nope FROM events"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(ask("SELECT * FROM nothing"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(ask("SELECT levenshtein(repeat('a', 100000), repeat('b', 100000)) FROM events",
                    milliseconds(200)),
                IsError(ErrorCode::kTimeout));
    EXPECT_EQ(lake_.catalog().pins().count(), 0U);
}

TEST_F(ServiceTest, WaitsForTheTokenAtMostItsTime) {
    lake_.append(5);
    start();
    Request request;
    request.sql = "SELECT count(*) AS n FROM events";
    request.after_offset = 5;
    EXPECT_THAT(begin(request).get(), IsOk());
    request.after_offset = 6;
    request.timeout = milliseconds(200);
    EXPECT_THAT(begin(request).get(), IsError(ErrorCode::kTimeout));
    request.timeout = milliseconds(20'000);
    auto later = begin(request);
    lake_.append(1);
    EXPECT_THAT(later.get()->body, HasSubstr(R"([{"n":6}])"));
}

TEST_F(ServiceTest, TailOverItsBoundIsUnavailable) {
    auto options = lake_.options();
    options.tail_bytes_max = 1'000;
    start(options);
    lake_.append(2'000);
    EXPECT_THAT(ask("SELECT count(*) FROM events"), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(ask("SELECT 1"), IsOk());
    lake_.flush();
    EXPECT_EQ(rows("SELECT count(*) FROM events"), "2000\r\n");
}

TEST_F(ServiceTest, FullQueueRefusesAtOnce) {
    auto options = lake_.options();
    options.workers = 1;
    options.queued_max = 1;
    start(options);
    Request slow;
    slow.sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b";
    QueryId first = 0;
    auto running = begin(slow, &first);
    while (service_->status().active == 0)
        std::this_thread::sleep_for(milliseconds(1));
    QueryId second = 0;
    auto waiting = begin(slow, &second);
    EXPECT_THAT(ask("SELECT 1"), IsError(ErrorCode::kOverloaded));
    service_->cancel(second);
    service_->cancel(first);
    EXPECT_THAT(running.get(), IsError(ErrorCode::kShuttingDown));
    EXPECT_THAT(waiting.get(), IsError(ErrorCode::kShuttingDown));
}

TEST_F(ServiceTest, CloseCancelsWhatDoesNotEnd) {
    start();
    Request request;
    request.sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b";
    auto future = begin(std::move(request));
    service_->close(deadline_in(milliseconds(100)));
    EXPECT_THAT(future.get(), IsError(ErrorCode::kShuttingDown));
    EXPECT_THAT(ask("SELECT 1"), IsError(ErrorCode::kShuttingDown));
    EXPECT_TRUE(worker_pids().empty());
}

TEST_F(ServiceTest, WorkersThatCannotServeTurnSqlOff) {
    auto options = lake_.options();
    options.warehouse = lake_.path() / "absent";
    service_ = std::make_unique<Service>(options, lake_.log(), lake_.catalog(), system_clock());
    EXPECT_THAT(service_->start(), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(ask("SELECT 1"), HasMessage("SQL is off: "));
    EXPECT_FALSE(service_->status().is_ready);
    EXPECT_THAT(service_->status().problem, HasSubstr("absent"));
}

TEST_F(ServiceTest, LatencyIsPrinted) {
    lake_.append(1'000);
    lake_.flush();
    lake_.append(100);
    start();
    for (const char* sql : {"SELECT 1", "SELECT count(*) FROM events"}) {
        std::vector<double> us;
        for (int i = 0; i < 100; ++i) {
            const auto begin = system_clock().steady();
            ASSERT_THAT(ask(sql), IsOk());
            us.push_back(
                std::chrono::duration<double, std::micro>(system_clock().steady() - begin).count());
        }
        std::sort(us.begin(), us.end());
        fmt::print(stderr, "{}: p50 {:.0f} us, p90 {:.0f} us\n", sql, us[50], us[90]);
    }
}

TEST_F(ServiceTest, ATableIsAnsweredAsItWas) {
    lake_.append(10);
    lake_.flush();
    start();
    const auto before = ask("SELECT count(*) AS n FROM events");
    ASSERT_THAT(before, IsOk());
    lake_.append(5);
    lake_.flush();
    lake_.append(2);
    EXPECT_EQ(rows("SELECT count(*) FROM events"), "17\r\n");
    Request request;
    request.sql = "SELECT count(*) AS n FROM events";
    request.as_of = AsOf{.snapshot_id = before->facts.snapshot_id, .timestamp_ms = {}};
    const auto then = begin(request).get();
    ASSERT_THAT(then, IsOk());
    EXPECT_THAT(then->body, HasSubstr(R"("data":[{"n":10}])"));
    EXPECT_EQ(then->facts.tail_rows, 0U);
    EXPECT_EQ(then->facts.snapshot_id, before->facts.snapshot_id);
    request.as_of = AsOf{.snapshot_id = {}, .timestamp_ms = 1};
    EXPECT_THAT(begin(request).get(), HasMessage("does not reach back"));
}

TEST_F(ServiceTest, ExportsAreWhole) {
    start();
    Request request;
    request.sql = "SELECT i FROM range(25000) t(i); -- all of them";
    request.format = Format::kNdjson;
    const auto lines = begin(request).get();
    ASSERT_THAT(lines, IsOk());
    EXPECT_EQ(lines->facts.rows, 25'000U);
    EXPECT_FALSE(lines->facts.is_truncated);
    EXPECT_THAT(lines->body, StartsWith("{\"i\":0}\n{\"i\":1}\n"));
    request.format = Format::kParquet;
    request.values = {std::int64_t{25'000}};
    request.sql = "SELECT i FROM range($1) t(i); -- all of them";
    const auto file = begin(request).get();
    ASSERT_THAT(file, IsOk());
    EXPECT_EQ(file->facts.rows, 25'000U);
    EXPECT_THAT(file->body, StartsWith("PAR1"));
    EXPECT_TRUE(file->body.ends_with("PAR1"));
    request.values.clear();
    request.sql = "EXPLAIN SELECT 1";
    EXPECT_THAT(begin(request).get(), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(ServiceTest, AnOlderAnswerIsGivenToThoseWhoTakeIt) {
    lake_.append(10);
    start();
    Request request;
    request.sql = "SELECT count(*) AS n FROM events";
    request.staleness_max = milliseconds(60'000);
    const auto first = begin(request).get();
    ASSERT_THAT(first, IsOk());
    EXPECT_FALSE(first->age.has_value());
    lake_.append(5);
    const auto second = begin(request).get();
    ASSERT_THAT(second, IsOk());
    ASSERT_TRUE(second->age.has_value());
    EXPECT_THAT(second->body, HasSubstr(R"("data":[{"n":10}])"));
    EXPECT_THAT(second->body, HasSubstr(R"(,"cacheAgeMs":)"));
    request.after_offset = 15;
    EXPECT_THAT(begin(request).get()->body, HasSubstr(R"("data":[{"n":15}])"));
    request.staleness_max = milliseconds(0);
    lake_.append(1);
    EXPECT_FALSE(begin(request).get()->age.has_value());
}

TEST_F(ServiceTest, RunningQueriesAreListedAndEndedByName) {
    start();
    Request request;
    request.sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c";
    request.name = "mine";
    request.owner = "ann";
    auto answer = begin(request);
    std::vector<ActiveQuery> active;
    for (int i = 0; i < 2'000 && (active.empty() || !active[0].is_running); ++i) {
        std::this_thread::sleep_for(milliseconds(5));
        active = service_->active();
    }
    ASSERT_EQ(active.size(), 1U);
    EXPECT_EQ(active[0].name, "mine");
    EXPECT_EQ(active[0].owner, "ann");
    EXPECT_EQ(active[0].sql, request.sql);
    EXPECT_EQ(service_->cancel_named("mine", "bob"), 0U);
    EXPECT_EQ(service_->cancel_named("theirs", ""), 0U);
    EXPECT_EQ(service_->cancel_named("mine", "ann"), 1U);
    EXPECT_THAT(answer.get(), IsError(ErrorCode::kShuttingDown));
    for (int i = 0; i < 2'000 && !service_->active().empty(); ++i)
        std::this_thread::sleep_for(milliseconds(5));
    EXPECT_TRUE(service_->active().empty());
}

}  // namespace
}  // namespace icelight::query
