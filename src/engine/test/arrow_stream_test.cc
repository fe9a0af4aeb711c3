// The bytes' frame and what is refused; e2e/test_sql.py reads every type back with another library.
#include "engine/arrow_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/session.h"

namespace icelight::engine {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using ::testing::EndsWith;
using ::testing::StartsWith;

const std::string kContinuation = "\xFF\xFF\xFF\xFF";

class ArrowStreamTest : public ::testing::Test {
protected:
    QueryResult query(const std::string& sql) { return std::move(*session_.query(sql)); }

    Database database_ = std::move(*Database::open({}));
    Session session_ = std::move(*database_.connect());
};

TEST_F(ArrowStreamTest, IsASchemaBatchesAndAnEnd) {
    auto result = query("SELECT i, 'x' || i FROM range(5000) t(i)");
    std::string bytes;
    auto arrow = ArrowStream::open(result, {"a", "b"}, bytes);
    ASSERT_THAT(arrow, IsOk());
    EXPECT_THAT(bytes, StartsWith(kContinuation));
    const std::size_t schema_bytes = bytes.size();
    EXPECT_EQ(schema_bytes % 8, 0U);
    std::size_t batches = 0;
    while (true) {
        const auto chunk = *result.next();
        if (!chunk) break;
        const std::size_t begin = bytes.size();
        ASSERT_THAT(arrow->append(*chunk, bytes), IsOk());
        EXPECT_THAT(bytes.substr(begin), StartsWith(kContinuation));
        EXPECT_EQ(bytes.size() % 8, 0U);
        ++batches;
    }
    EXPECT_EQ(batches, 3U);
    EXPECT_GT(bytes.size(), schema_bytes + 5'000 * (8 + 4));
    arrow->finish(bytes);
    EXPECT_THAT(bytes, EndsWith(kContinuation + std::string(4, '\0')));
}

TEST_F(ArrowStreamTest, AResultWithoutRowsHasItsSchema) {
    auto result = query("SELECT 1 AS a WHERE false");
    std::string bytes;
    ASSERT_THAT(ArrowStream::open(result, {"a"}, bytes), IsOk());
    EXPECT_THAT(bytes, StartsWith(kContinuation));
    EXPECT_FALSE(*result.next());
}

TEST_F(ArrowStreamTest, AnEnumIsRefusedWhereverItIs) {
    for (const char* sql : {"SELECT 'a'::ENUM('a') AS e", "SELECT {'m': ['a'::ENUM('a')]} AS e"}) {
        auto result = query(sql);
        std::string bytes;
        const auto refused = ArrowStream::open(result, {"e"}, bytes);
        EXPECT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
        EXPECT_THAT(refused, HasMessage("column \"e\" holds an ENUM"));
        EXPECT_EQ(bytes, "");
    }
}

TEST_F(ArrowStreamTest, TypesWhoseValuesWouldChangeAreRefused) {
    for (const char* sql : {"SELECT 1::UHUGEINT AS v", "SELECT [TIMETZ '12:30:00+05:30'] AS v"}) {
        auto result = query(sql);
        std::string bytes;
        EXPECT_THAT(ArrowStream::open(result, {"v"}, bytes), HasMessage("cast it to VARCHAR"))
            << sql;
    }
}

}  // namespace
}  // namespace icelight::engine
