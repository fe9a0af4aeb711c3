// The same rows in both dialects (section "One server for both clients" of the contract).
#include "semantic/reply/load_reply.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "semantic/compile.h"
#include "semantic/events_cube.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

class LoadReply : public ::testing::Test {
protected:
    Answered answer(std::string_view text, Dialect dialect, const std::vector<std::string>& data) {
        Answered out;
        out.asked = json::parse(text);
        out.query =
            parse_query(out.asked, {model_, 1'704'067'200'000'000, dialect}, out.warnings).value();
        std::vector<const DateRange*> periods{nullptr};
        if (const auto* compared = out.query.compared()) {
            periods.clear();
            for (const auto& period : compared->compared)
                periods.push_back(&period);
        }
        for (std::size_t i = 0; i < periods.size(); ++i) {
            Part part;
            part.period = periods[i];
            part.compiled = compile_query(out.query, model_, periods[i], out.warnings).value();
            part.rows =
                ResultRows::parse(R"({"data":)" + data.at(i) + "}", part.compiled.columns.size())
                    .value();
            out.parts.push_back(std::move(part));
        }
        return out;
    }

    json::object load(std::string_view text,
                      Dialect dialect,
                      const std::vector<std::string>& data) {
        std::vector<Answered> queries;
        queries.push_back(answer(text, dialect, data));
        queries.front().parts.front().age_ms = age_ms_;
        const ReplyFacts facts{
            .request_id = "id", .now_us = 1'704'067'200'000'000, .kept_ms_max = 5'000};
        return json::parse(load_reply(queries, facts)).as_object();
    }

    const Model model_{{make_events_cube("events", default_json_fields())}};
    std::optional<std::int64_t> age_ms_;
};

const char* const kByDay =
    R"({"measures":["Events.count"],"timeDimensions":[{"dimension":"Events.timestamp",)"
    R"("granularity":"day","dateRange":["2024-01-01","2024-01-02"]}]})";
const char* const kOneDay = R"([{"c":7,"t":"2024-01-01T00:00:00.000"}])";

TEST_F(LoadReply, DrizzleRowsHaveTheColumnsAndNoOthers) {
    const auto reply = load(kByDay, Dialect::kDrizzle, {kOneDay});
    EXPECT_EQ(reply.at("queryType"), "regularQuery");
    const auto& result = reply.at("results").as_array().at(0).as_object();
    EXPECT_EQ(json::serialize(result.at("data")),
              R"([{"Events.count":7,"Events.timestamp":"2024-01-01T00:00:00.000Z"}])");
    EXPECT_EQ(result.at("query"), json::parse(kByDay));
    const auto& annotation = result.at("annotation").as_object();
    EXPECT_EQ(annotation.at("measures").at("Events.count").at("type"), "count");
    EXPECT_EQ(annotation.at("timeDimensions").at("Events.timestamp").at("granularity"), "day");
}

TEST_F(LoadReply, KeptRowsSayHowOldTheyAre) {
    const auto result = [this](Dialect dialect) {
        return load(kByDay, dialect, {kOneDay}).at("results").as_array().at(0).as_object();
    };
    EXPECT_EQ(result(Dialect::kDrizzle).at("lastRefreshTime"), "2024-01-01T00:00:00.000Z");
    EXPECT_FALSE(result(Dialect::kDrizzle).contains("cache"));
    age_ms_ = 1'500;
    for (const auto dialect : {Dialect::kDrizzle, Dialect::kCube}) {
        const auto kept = result(dialect);
        EXPECT_EQ(kept.at("lastRefreshTime"), "2023-12-31T23:59:58.500Z");
        EXPECT_EQ(json::serialize(kept.at("cache")),
                  R"({"hit":true,"cachedAt":"2023-12-31T23:59:58.500Z","ageMs":1500,)"
                  R"("ttlMs":5000,"ttlRemainingMs":3500})");
    }
}

TEST_F(LoadReply, CubeRowsHaveTheBucketUnderBothNames) {
    const auto reply = load(kByDay, Dialect::kCube, {kOneDay});
    const auto& result = reply.at("results").as_array().at(0).as_object();
    EXPECT_EQ(json::serialize(result.at("data")),
              R"([{"Events.count":7,"Events.timestamp.day":"2024-01-01T00:00:00.000",)"
              R"("Events.timestamp":"2024-01-01T00:00:00.000"}])");
    const auto& query = result.at("query").as_object();
    EXPECT_EQ(json::serialize(query.at("timeDimensions").at(0).at("dateRange")),
              R"(["2024-01-01T00:00:00.000","2024-01-02T23:59:59.999"])");
    EXPECT_EQ(json::serialize(query.at("order")), R"([{"id":"Events.timestamp","desc":false}])");
    EXPECT_EQ(query.at("rowLimit"), 10'000);
    EXPECT_EQ(result.at("annotation").at("measures").at("Events.count").at("type"), "number");
}

TEST_F(LoadReply, CompactRowsAreListsUnderOneListOfNames) {
    std::string query = kByDay;
    query.insert(1, R"("responseFormat":"compact",)");
    const auto reply = load(query, Dialect::kCube, {kOneDay});
    const auto& result = reply.at("results").as_array().at(0);
    EXPECT_EQ(json::serialize(result.at("data")),
              R"({"members":["Events.count","Events.timestamp.day","Events.timestamp"],)"
              R"("dataset":[[7,"2024-01-01T00:00:00.000","2024-01-01T00:00:00.000"]]})");
    EXPECT_EQ(result.at("query").at("responseFormat"), "compact");
}

const char* const kCompared =
    R"({"measures":["Events.count"],"timeDimensions":[{"dimension":"Events.timestamp",)"
    R"("granularity":"day","compareDateRange":[["2024-01-01","2024-01-02"],["2024-02-01","2024-02-02"]]}]})";

TEST_F(LoadReply, ComparedPeriodsAreRowsForOneAndResultsForTheOther) {
    const std::vector<std::string> data{kOneDay, R"([{"c":1,"t":"2024-02-02T00:00:00.000"}])"};
    const auto drizzle = load(kCompared, Dialect::kDrizzle, data);
    const auto& rows = drizzle.at("results").as_array().at(0).at("data").as_array();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.at(1).at("__period"), "2024-02-01 - 2024-02-02");
    EXPECT_EQ(rows.at(1).at("__periodIndex"), 1);
    EXPECT_EQ(rows.at(1).at("__periodDayIndex"), 1);
    const auto cube = load(kCompared, Dialect::kCube, data);
    EXPECT_EQ(cube.at("queryType"), "compareDateRangeQuery");
    EXPECT_EQ(cube.at("pivotQuery").at("dimensions").at(0), "compareDateRange");
    ASSERT_EQ(cube.at("results").as_array().size(), 2U);
    EXPECT_EQ(cube.at("results").as_array().at(0).at("data").at(0).at("compareDateRange"),
              "2024-01-01T00:00:00.000 - 2024-01-02T23:59:59.999");
}

TEST_F(LoadReply, WhatHadNoEffectIsAWarning) {
    std::string query = kByDay;
    query.insert(1, R"("limt":1,)");
    const auto reply = load(query, Dialect::kDrizzle, {kOneDay});
    const auto& warnings = reply.at("results").as_array().at(0).at("warnings").as_array();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings.at(0).at("pointer"), "/limt");
}

}  // namespace
}  // namespace icelight::semantic
