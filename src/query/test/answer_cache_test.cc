#include "query/answer_cache.h"

#include <gtest/gtest.h>

namespace icelight::query {
namespace {

using std::chrono::milliseconds;

constexpr SteadyTime kNoon{std::chrono::hours(12)};

Request make_request(const std::string& sql, milliseconds staleness = milliseconds(1'000)) {
    Request request;
    request.sql = sql;
    request.staleness_max = staleness;
    return request;
}

TEST(AnswerCache, AnswersWhileTheAnswerIsYoungEnough) {
    AnswerCache cache(1'000'000);
    cache.store(cache_key(make_request("SELECT 1")), {"one", {}, kNoon, {}});
    const auto found = cache.find(make_request("SELECT 1"), kNoon + milliseconds(1'000));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->body, "one");
    EXPECT_EQ(cache.find(make_request("SELECT 1"), kNoon + milliseconds(1'001)), nullptr);
    EXPECT_EQ(cache.find(make_request("SELECT 1", milliseconds(0)), kNoon + milliseconds(1)),
              nullptr);
    EXPECT_EQ(cache.find(make_request("SELECT 2"), kNoon), nullptr);
}

TEST(AnswerCache, BlanksDoNotMakeAnotherQuestionButTextsDo) {
    const auto key = [](const std::string& sql) {
        return cache_key(make_request(sql));
    };
    EXPECT_EQ(key(" SELECT\n  1 ;\n"), key("SELECT 1"));
    EXPECT_NE(key("SELECT 'a  b'"), key("SELECT 'a b'"));
    EXPECT_NE(key("SELECT 1 -- a\n+ 1"), key("SELECT 1 -- a + 1"));
    EXPECT_NE(key("SELECT a"), key("SELECT A")) << "an identifier may be a quoted one's output";
}

TEST(AnswerCache, EverythingThatChangesTheAnswerIsInTheKey) {
    const auto request = make_request("SELECT $1");
    auto other = request;
    other.values = {std::string("x")};
    EXPECT_NE(cache_key(other), cache_key(request));
    other = request;
    other.format = Format::kCsv;
    EXPECT_NE(cache_key(other), cache_key(request));
    other = request;
    other.rows_max = 5;
    EXPECT_NE(cache_key(other), cache_key(request));
    other = request;
    other.is_committed_only = true;
    EXPECT_NE(cache_key(other), cache_key(request));
    other = request;
    other.as_of = AsOf{.snapshot_id = 1, .timestamp_ms = {}};
    EXPECT_NE(cache_key(other), cache_key(request));
}

TEST(AnswerCache, AnswerMustHoldWhatTheTokenAsksFor) {
    AnswerCache cache(1'000'000);
    ReplyFacts facts;
    facts.tail_to = 10;
    cache.store(cache_key(make_request("SELECT 1")), {"x", facts, kNoon});
    auto request = make_request("SELECT 1");
    request.after_offset = 10;
    EXPECT_NE(cache.find(request, kNoon), nullptr);
    request.after_offset = 11;
    EXPECT_EQ(cache.find(request, kNoon), nullptr);
}

TEST(AnswerCache, OldestGoWhenItIsFull) {
    const auto key = [](int i) {
        return cache_key(make_request("SELECT " + std::to_string(i)));
    };
    AnswerCache cache(10 * (key(0).size() + 1'001));
    for (int i = 0; i < 100; ++i)
        cache.store(key(i), {std::string(1'000, 'x'), {}, kNoon, {}});
    EXPECT_EQ(cache.find(make_request("SELECT 0"), kNoon), nullptr);
    EXPECT_NE(cache.find(make_request("SELECT 99"), kNoon), nullptr);
    EXPECT_LE(cache.bytes(), 10 * (key(0).size() + 1'001));
    for (int i = 0; i < 1'000; ++i)
        cache.store(key(7), {std::to_string(i), {}, kNoon});
    EXPECT_EQ(cache.find(make_request("SELECT 7"), kNoon)->body, "999");
    cache.store(key(8), {std::string(kCachedAnswerBytesMax + 1, 'x'), {}, kNoon, {}});
    EXPECT_EQ(cache.find(make_request("SELECT 8"), kNoon), nullptr) << "too long to keep";
}

}  // namespace
}  // namespace icelight::query
