#include "server/api/sql/query_body.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsOk;
using std::chrono::milliseconds;

constexpr milliseconds kTimeout{30'000};

Result<query::Request> parse(const std::string& members) {
    return parse_query_body(R"({"sql":"SELECT 1")" + members + "}", kTimeout, query::Format::kJson);
}

TEST(QueryBody, DefaultsAreLiveJsonAndTheServersTime) {
    const auto request = parse("");
    ASSERT_THAT(request, IsOk());
    EXPECT_EQ(request->sql, "SELECT 1");
    EXPECT_EQ(request->format, query::Format::kJson);
    EXPECT_EQ(request->timeout, kTimeout);
    EXPECT_FALSE(request->is_committed_only);
    EXPECT_FALSE(request->as_of.has_value());
    EXPECT_EQ(request->staleness_max.count(), 0);
}

TEST(QueryBody, AMemberInAnotherSpellingIsNotPassedOver) {
    EXPECT_THAT(parse(R"(,"asof":17)"), HasMessage("unknown member `asof`: write `asOf`"));
    EXPECT_THAT(parse(R"(,"max_staleness_ms":1)"), HasMessage("write `maxStalenessMs`"));
    EXPECT_THAT(parse(R"(,"TimeoutMS":1)"), HasMessage("write `timeoutMs`"));
    EXPECT_THAT(parse(R"(,"warehouse":"w","limit":3)"), IsOk());
}

TEST(QueryBody, TimeIsNeverMoreThanTheServersAndStalenessAtMostADay) {
    EXPECT_EQ(parse(R"(,"timeoutMs":400)")->timeout, milliseconds(400));
    EXPECT_EQ(parse(R"(,"timeoutMs":99999999)")->timeout, kTimeout);
    EXPECT_EQ(parse(R"(,"maxStalenessMs":5000)")->staleness_max, milliseconds(5'000));
    EXPECT_EQ(parse(R"(,"maxStalenessMs":999999999999)")->staleness_max, milliseconds(86'400'000));
    for (const char* bad : {"0", "-1", "1.5", "\"1\"", "true"})
        EXPECT_THAT(parse(std::string(R"(,"timeoutMs":)") + bad), HasMessage("`timeoutMs`")) << bad;
}

TEST(QueryBody, RowsAreTenThousandUnlessMoreAreAskedFor) {
    EXPECT_EQ(parse("")->rows_max, 10'000U);
    EXPECT_EQ(parse(R"(,"maxRows":1000000)")->rows_max, 1'000'000U);
    EXPECT_THAT(parse(R"(,"maxRows":0)"), HasMessage("`maxRows`"));
}

TEST(QueryBody, AsOfIsASnapshotOrATime) {
    EXPECT_EQ(parse(R"(,"asOf":"9007199254740993")")->as_of->snapshot_id, 9'007'199'254'740'993);
    EXPECT_EQ(parse(R"(,"asOf":17)")->as_of->snapshot_id, 17);
    EXPECT_EQ(parse(R"(,"asOf":"2024-02-29T12:00:00.5Z")")->as_of->timestamp_ms, 1'709'208'000'500);
    EXPECT_EQ(parse(R"(,"asOf":"2024-02-29")")->as_of->timestamp_ms, 1'709'164'800'000);
    for (const char* bad : {"\"yesterday\"", "\"\"", "true", "{}"})
        EXPECT_THAT(parse(std::string(R"(,"asOf":)") + bad), HasMessage("`asOf` must")) << bad;
}

TEST(QueryBody, ParametersKeepTheirTypes) {
    const auto request = parse(R"(,"params":[null,true,-7,1.5,"x"])");
    ASSERT_THAT(request, IsOk());
    const std::vector<query::Value> expected{{}, true, std::int64_t{-7}, 1.5, std::string("x")};
    EXPECT_EQ(request->values, expected);
    for (const char* bad : {"7", "[[1]]", "[{}]", "[18446744073709551615]"})
        EXPECT_THAT(parse(std::string(R"(,"params":)") + bad), HasMessage("`params`")) << bad;
}

TEST(QueryBody, FormatsAndNames) {
    EXPECT_EQ(parse(R"(,"format":"csv")")->format, query::Format::kCsv);
    EXPECT_EQ(parse(R"(,"format":"ndjson")")->format, query::Format::kNdjson);
    EXPECT_EQ(parse(R"(,"format":"parquet")")->format, query::Format::kParquet);
    EXPECT_EQ(parse(R"(,"format":"arrow")")->format, query::Format::kArrow);
    EXPECT_THAT(parse(R"(,"format":"xml")"), HasMessage("Unknown format: xml"));
    EXPECT_EQ(parse(R"(,"queryId":"tab 1")")->name, "tab 1");
    EXPECT_THAT(parse(R"(,"queryId":")" + std::string(129, 'x') + "\""), HasMessage("`queryId`"));
}

TEST(QueryBody, TheHeaderAcceptNamesTheFormatWhenTheBodyDoesNot) {
    using query::Format;
    EXPECT_EQ(find_accepted_format(""), Format::kJson);
    EXPECT_EQ(find_accepted_format("*/*"), Format::kJson);
    EXPECT_EQ(find_accepted_format("application/vnd.apache.arrow.stream"), Format::kArrow);
    EXPECT_EQ(find_accepted_format("text/html, text/csv;q=0.9, application/json"), Format::kCsv);
    EXPECT_EQ(find_accepted_format("application/json, text/csv"), Format::kJson);
    EXPECT_EQ(parse_query_body(R"({"sql":"SELECT 1"})", kTimeout, Format::kArrow)->format,
              Format::kArrow);
    EXPECT_EQ(
        parse_query_body(R"({"sql":"SELECT 1","format":"csv"})", kTimeout, Format::kArrow)->format,
        Format::kCsv);
}

}  // namespace
}  // namespace icelight::server
