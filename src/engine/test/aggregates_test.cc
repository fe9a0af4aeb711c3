#include "engine/aggregates.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/session.h"
#include "engine/test/random_log.h"

namespace icelight::engine {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

constexpr std::int64_t kMicrosPerTick = 1'000'000;

class AggregatesTest : public ::testing::Test {
protected:
    void SetUp() override { open(64u << 20); }

    void open(std::uint64_t bytes_max) {
        DatabaseOptions options;
        options.threads = 2;
        options.aggregate_bytes_max = bytes_max;
        auto database = Database::open(options);
        ASSERT_THAT(database, IsOk());
        auto session = database->connect();
        ASSERT_THAT(session, IsOk());
        session_ = std::make_unique<Session>(std::move(*session));
    }

    std::string text(const std::string& sql) {
        auto result = session_->query_text(sql);
        return result ? *result : "error: " + result.error().message;
    }

    /// Small groups and rows that share nothing: every path of grouping is taken.
    void make_table(const std::string& rows) {
        ASSERT_THAT(session_->execute("CREATE OR REPLACE TABLE log AS " + rows), IsOk());
    }

    std::unique_ptr<Session> session_;
};

/// A rows' text for VALUES.
std::string row_of(std::size_t group, const Event& event) {
    return fmt::format("({}, make_timestamptz({}), {}, {})",
                       group,
                       event.time * kMicrosPerTick,
                       event.position,
                       event.bits);
}

std::string spec_text(const SequenceSpec& spec) {
    std::string text = std::to_string(spec.steps);
    if (spec.total != kNoWindow) text += fmt::format(" total={}s", spec.total);
    for (std::size_t k = 1; k < spec.steps; ++k) {
        if (spec.within[k] != kNoWindow) text += fmt::format(" step{}={}s", k + 1, spec.within[k]);
    }
    return text;
}

TEST_F(AggregatesTest, SequencesThroughTheEngineAreThoseOfEveryChain) {
    const std::size_t groups = std::min<std::size_t>(testing::log_count(), 2'000);
    for (const testing::Mode mode : testing::kModes) {
        testing::RandomLog log(static_cast<std::uint64_t>(mode) + 77, mode);
        const SequenceSpec spec = log.make_spec();
        std::vector<std::string> rows;
        std::map<std::size_t, std::string> expected;
        std::vector<std::size_t> reached(spec.steps);
        for (std::size_t group = 0; group < groups; ++group) {
            auto events = log.make_events(spec);
            for (const Event& event : events)
                rows.push_back(row_of(group, event));
            std::sort(events.begin(), events.end());
            std::string times;
            const auto chain = testing::find_chain_by_force(spec, events);
            for (std::size_t k = 0; k < chain.size(); ++k) {
                ++reached[k];
            }
            for (const std::uint32_t index : chain) {
                times += fmt::format("{}/{} ", events[index].time, events[index].position);
            }
            if (!events.empty()) expected[group] = times;
        }
        std::shuffle(rows.begin(), rows.end(), log.random());
        std::string values;
        for (const std::string& row : rows)
            values += (values.empty() ? "" : ", ") + row;
        make_table(fmt::format("FROM (VALUES {}) t(g, t, p, s)", values));
        auto result = session_->query(fmt::format(
            "SELECT g, coalesce(list_aggregate([(epoch_us(m.times[i]) // {})::VARCHAR || '/' || "
            "m.positions[i] || ' ' FOR i IN range(1, len(m.times) + 1)], 'string_agg', ''), ''), "
            "len(m.times) = d FROM (SELECT g, sequence_match('{}', t, p, s) AS m, "
            "sequence_depth('{}', t, p, s) AS d FROM log GROUP BY g)",
            kMicrosPerTick,
            spec_text(spec),
            spec_text(spec)));
        ASSERT_THAT(result, IsOk());
        std::map<std::size_t, std::string> found;
        for (;;) {
            auto chunk = result->next();
            ASSERT_THAT(chunk, IsOk());
            if (!*chunk) break;
            for (std::size_t i = 0; i < (*chunk)->row_count(); ++i) {
                found[static_cast<std::size_t>((*chunk)->column(0).integer(i))] =
                    (*chunk)->column(1).bytes(i);
                ASSERT_TRUE((*chunk)->column(2).value<bool>(i));
            }
        }
        ASSERT_EQ(found, expected) << "mode " << static_cast<int>(mode);
        EXPECT_EQ(text(fmt::format("SELECT sequence_counts('{}', 'group ' || g, t, p, s) FROM log",
                                   spec_text(spec))),
                  fmt::format("[{}]", fmt::join(reached, ", ")));
    }
}

TEST_F(AggregatesTest, StatesThatThreadsMadeApartArePutTogether) {
    // Rows of a group lie far apart, and there are more groups than a thread keeps at a time.
    make_table(
        "SELECT i % 80000 AS g, make_timestamptz((i // 80000) * 1000000) AS t, i AS p, "
        "(1 << (i // 80000))::BIGINT AS s FROM range(240000) t(i) ORDER BY hash(i)");
    EXPECT_EQ(text("SELECT count(*) || ' ' || min(d) || ' ' || max(d) FROM (SELECT "
                   "sequence_depth('3 total=2s', t, p, s) AS d FROM log GROUP BY g)"),
              "80000 3 3");
    EXPECT_EQ(text("SELECT sequence_depth('3', t, p, s) FROM log"), "3");
    EXPECT_EQ(text("SELECT sequence_counts('3 total=2s', g::VARCHAR, t, p, s) FROM log"),
              "[80000, 80000, 80000]");
    EXPECT_EQ(text("SELECT sum(c[1]) || ' ' || sum(c[3]) FROM (SELECT sequence_counts('3', "
                   "g::VARCHAR, t, p, s) AS c FROM log GROUP BY g % 100)"),
              "80000 80000");
    EXPECT_EQ(text("SELECT count(DISTINCT path) || ' ' || min(path)::VARCHAR FROM (SELECT "
                   "path_around('before=1 after=2', t, p, 'e' || s, s = 2) AS path FROM log "
                   "GROUP BY g)"),
              "1 [e1, e2, e4, NULL]");
    EXPECT_EQ(text("SELECT count(*) || ' ' || min(c)::VARCHAR || max(c)::VARCHAR FROM (SELECT "
                   "cohort_periods(epoch_us(t) // 10000, s = 2, true) AS c FROM log GROUP BY g)"),
              "80000 {'cohort': 100, 'periods': 4611686018427387905}"
              "{'cohort': 100, 'periods': 4611686018427387905}");
}

TEST_F(AggregatesTest, RowsWithoutTimeStepOrNameAreLeftOut) {
    const std::string rows =
        "FROM (VALUES (TIMESTAMPTZ '2024-01-01 00:00:00', 1, 1, 'a', true), (NULL, 2, 2, 'b', "
        "true), ('2024-01-01 00:00:01', 3, NULL, NULL, true), ('2024-01-01 00:00:01', 4, 0, 'c', "
        "NULL), ('infinity', 5, 2, 'd', true), ('2024-01-01 00:00:02', NULL, 4, 'e', false)) "
        "v(t, p, s, n, a)";
    EXPECT_EQ(text("SELECT sequence_depth('3', t, p, s) " + rows), "1");
    EXPECT_EQ(text("SELECT path_around('before=1 after=3', t, p, n, a) " + rows),
              "[NULL, a, c, e, NULL]");
    EXPECT_EQ(text("SELECT sequence_depth('3', t, p, s) " + rows + " WHERE false"), "0");
    EXPECT_EQ(text("SELECT sequence_match('3', t, p, s).times " + rows + " WHERE false"), "[]");
    EXPECT_EQ(text("SELECT sequence_counts('3', 'k', t, p, s) " + rows), "[1, 0, 0]");
    EXPECT_EQ(text("SELECT sequence_counts('3', NULL, t, p, s) " + rows), "[]");
    EXPECT_EQ(text("SELECT sequence_counts('3', 'k', t, p, s) " + rows + " WHERE false"), "[]");
    EXPECT_EQ(text("SELECT path_around('', t, p, n, a) " + rows + " WHERE false"), "NULL");
    EXPECT_EQ(text("SELECT path_around('', t, p, n, NULL) " + rows), "NULL");
    EXPECT_EQ(text("SELECT cohort_periods(p, NULL, a) " + rows), "{'cohort': NULL, 'periods': 0}");
}

TEST_F(AggregatesTest, WrongSpecificationsAreRefused) {
    const std::string rows = "FROM range(3000) r(i)";
    const auto call = [&](const std::string& spec) {
        return session_->query_text("SELECT sequence_depth(" + spec + ", now(), i, 1) " + rows);
    };
    EXPECT_THAT(call("'x'"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(call("NULL"), HasMessage("same text"));
    EXPECT_THAT(call("CASE WHEN i < 10 THEN '2' ELSE '3' END"), HasMessage("same text"));
    EXPECT_THAT(call("CASE WHEN i < 2048 THEN '2' ELSE '3' END"), HasMessage("same text"));
    EXPECT_THAT(session_->query_text("SELECT path_around('up=1', now(), i, 'n', true) " + rows),
                HasMessage("up=1"));
    EXPECT_THAT(session_->query_text("SELECT cohort_periods(i - 1, true, true) " + rows),
                HasMessage("-1"));
    EXPECT_THAT(session_->query_text("SELECT cohort_periods(65536, true, true) " + rows),
                HasMessage("65536"));
    // With the wrong number of columns the arguments would be read where none are.
    EXPECT_THAT(session_->query_text("SELECT list_aggregate(['2'], 'sequence_depth', now(), 1, 1)"),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_EQ(text("SELECT 1"), "1");
}

TEST_F(AggregatesTest, MoreThanTheLimitIsOutOfMemoryAndTheNextStatementHasItAllAgain) {
    open(4u << 20);
    const std::string many = "SELECT sequence_depth('2', now(), i, 3) FROM range(1000000) r(i)";
    const auto refused = session_->query_text(many);
    EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(refused, HasMessage("Out of Memory Error"));
    EXPECT_THAT(session_->query_text("SELECT sequence_counts('2', i::VARCHAR, now(), i, 3) FROM "
                                     "range(1000000) r(i)"),
                HasMessage("Out of Memory Error"));
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(text("SELECT sequence_depth('2', now(), i, 3) FROM range(30000) r(i)"), "2");
        EXPECT_THAT(session_->query_text(many), HasMessage("Out of Memory Error"));
    }
}

TEST_F(AggregatesTest, AResultDroppedHalfReadLeavesNoThreadBehind) {
    make_table("SELECT i // 2 AS g, now() AS t, i AS p, 1::BIGINT AS s FROM range(200000) t(i)");
    for (int round = 0; round < 6; ++round) {
        auto result =
            session_->query("SELECT g, sequence_match('2', t, p, s) AS m FROM log GROUP BY g");
        ASSERT_THAT(result, IsOk());
        auto chunk = result->next();
        ASSERT_THAT(chunk, IsOk());
        ASSERT_TRUE(chunk->has_value());
    }
    EXPECT_EQ(text("SELECT count(*) FROM (SELECT g, sequence_match('2', t, p, s) FROM log "
                   "GROUP BY g LIMIT 1)"),
              "1");
    EXPECT_EQ(text("SELECT sequence_depth('2', t, p, 3) FROM log"), "2");
}

TEST_F(AggregatesTest, AnInterruptEndsAnAggregateAsATimeout) {
    std::atomic<bool> is_done = false;
    std::thread watchdog([this, &is_done] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        while (!is_done) {
            session_->interrupt();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    const auto result = session_->query_text(
        "SELECT count(d) FROM (SELECT sequence_depth('2', now(), i, 1) AS d FROM "
        "range(100000000000) r(i) GROUP BY i % 100)");
    const auto counts = session_->query_text(
        "SELECT sequence_counts('2', 'k', now(), i, 1) FROM range(100000000000) r(i)");
    is_done = true;
    watchdog.join();
    EXPECT_THAT(result, IsError(ErrorCode::kTimeout));
    EXPECT_THAT(counts, IsError(ErrorCode::kTimeout));
    EXPECT_EQ(text("SELECT sequence_depth('2', now(), i, 3) FROM range(2) r(i)"), "2");
}

TEST_F(AggregatesTest, ADatabaseWithoutThemKnowsNoSuchFunctions) {
    open(0);
    for (const std::string_view name : kAggregateNames) {
        EXPECT_THAT(session_->query_text(fmt::format("SELECT {}(1)", name)),
                    IsError(ErrorCode::kInvalidArgument));
    }
}

TEST_F(AggregatesTest, TheDocumentedNamesAreTheRegisteredOnes) {
    for (const std::string_view name : kAggregateNames) {
        EXPECT_EQ(text(fmt::format("SELECT count(*) FROM duckdb_functions() WHERE function_name = "
                                   "'{}' AND function_type = 'aggregate'",
                                   name)),
                  "1");
    }
}

}  // namespace
}  // namespace icelight::engine
