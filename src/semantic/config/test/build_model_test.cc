// What the operator writes about cubes: what becomes of it, and what is refused with its line.
#include "semantic/config/build_model.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "semantic/compile.h"

namespace icelight::semantic {
namespace {

using ::testing::HasSubstr;

Result<BuiltModel> build(std::string_view text) {
    ICE_ASSIGN(auto file, parse_cube_file(text, "cubes.yaml"));
    std::vector<CubeFile> files;
    files.push_back(std::move(file));
    return build_model("events", files);
}

std::string problem(std::string_view text) {
    const auto built = build(text);
    return built ? "not refused" : built.error().message;
}

std::string sql(const Model& model, std::string_view text) {
    Warnings warnings;
    const auto query =
        parse_query(boost::json::parse(text), {model, 0, Dialect::kDrizzle}, warnings);
    if (!query) return problem_text(query.error());
    const auto compiled = compile_query(*query, model, nullptr, warnings);
    return compiled ? compiled->sql : problem_text(compiled.error());
}

constexpr const char* kShop = R"yaml(
cubes:
  - name: Orders
    sql_table: shop.orders
    dimensions:
      - {name: id, primary_key: true}
      - {name: userId, sql: "{CUBE}.user_id"}
      - {name: amount, type: number}
      - {name: cents, type: number, sql: "{amount} * 100"}
      - name: createdAt
        type: time
        sql: "{CUBE}.created_at"
        granularities:
          - {name: fiscal_year, interval: 1 year, offset: 3 months}
    measures:
      - {name: count, type: count, drill_members: [id]}
      - {name: revenue, type: sum, sql: "{amount}", format: currency}
      - {name: paid, type: sum, sql: "{CUBE}.amount", filters: [{sql: "{CUBE}.status = 'paid'"}]}
      - {name: average, type: number, sql: "{revenue} / {CUBE.count}"}
      - {name: share, type: calculated, sql: "100.0 * {paid} / {average}"}
      - {name: longest, type: number, sql: "max(length({CUBE}.note))"}
      - {name: p90, type: percentile, percentile: 0.9, sql: "{amount}"}
      - {name: growth, type: lag, window: {measure: revenue, operation: percentChange, offset: 7}}
    segments:
      - {name: large, sql: "{amount} > 1000"}
    joins:
      - {name: Users, relationship: many_to_one, sql: "{CUBE.userId} = {Users.id}"}
)yaml";

TEST(BuildModel, ACubeOfTheOperatorsIsAskedLikeOurs) {
    const auto built = build(kShop);
    ASSERT_TRUE(built) << built.error().message;
    const auto& model = *built->model;
    EXPECT_EQ(sql(model, R"({"measures":["Orders.revenue","Orders.paid","Orders.average"]})"),
              R"(SELECT sum("Orders"."amount") AS "Orders.revenue", sum("Orders".amount) FILTER )"
              R"((WHERE "Orders".status = 'paid') AS "Orders.paid", (sum("Orders"."amount")) / )"
              R"(NULLIF(count(*), 0) AS "Orders.average" FROM "shop"."orders" AS "Orders")");
    EXPECT_THAT(sql(model, R"({"dimensions":["Orders.cents"],"segments":["Orders.large"]})"),
                HasSubstr(R"(SELECT ("Orders"."amount" * 100) AS "Orders.cents" FROM)"))
        << "references are written out";
    EXPECT_THAT(sql(model, R"({"measures":["Orders.share","Orders.longest","Orders.p90"]})"),
                HasSubstr(R"(max(length("Orders".note)) AS "Orders.longest", quantile_cont()"));
    EXPECT_THAT(sql(model, R"({"measures":["Orders.revenue"],"dimensions":["Users.plan"]})"),
                HasSubstr(R"(ON "Orders".user_id = "Users"."id")"));
    EXPECT_THAT(
        sql(model,
            R"({"measures":["Orders.growth"],"timeDimensions":[{"dimension":)"
            R"("Orders.createdAt","granularity":"fiscal_year"}]})"),
        HasSubstr("time_bucket(INTERVAL 1 year, make_timestamp(epoch_us(\"Orders\".created_at"
                  ")), TIMESTAMP '2000-04-01 00:00:00.000000')"));
    const auto& join = model.find_cube("Orders")->joins.front();
    EXPECT_EQ(join.source_column + " " + join.target_column, "userId id");
    EXPECT_EQ(model.find_measure("Orders.count").item->drill_members.front(), "Orders.id");
}

TEST(BuildModel, EveryMemberOfTheOperatorsIsProbed) {
    const auto built = build(kShop);
    ASSERT_TRUE(built);
    EXPECT_EQ(built->probes.size(), 1U + 5U + 7U + 1U + 1U);  // no window
    EXPECT_EQ(built->probes.front().sql,
              R"(SELECT 1 AS x FROM "shop"."orders" AS "Orders" LIMIT 0)");
    EXPECT_EQ(built->probes.at(1).place, "cubes.yaml:6: the dimension Orders.id");
    EXPECT_EQ(built->probes.at(1).type, ValueType::kString);
    EXPECT_TRUE(build("")->probes.empty());
}

TEST(BuildModel, ADefaultCubeIsAddedTo) {
    const auto built = build(R"(
events:
  properties:
    - {name: country, path: $.geo.country, title: Country}
    - {name: revenue, path: $.value, type: number}
cubes:
  - name: Events
    measures:
      - {name: medianRevenue, type: median, sql: "{revenue}"}
      - {name: count, type: count, title: All}
    event_stream: {binding_key: anonymousId, time_dimension: receivedAt, event: name}
)");
    ASSERT_TRUE(built) << built.error().message;
    const auto& cube = *built->model->find_cube("Events");
    EXPECT_THAT(cube.find_measure("medianRevenue")->sql, HasSubstr("'$.value'"));
    EXPECT_EQ(cube.find_measure("count")->title, "All");
    EXPECT_EQ(cube.find_dimension("country")->title, "Country");
    EXPECT_NE(cube.find_dimension("currency"), nullptr);
    ASSERT_TRUE(cube.event_stream);
    EXPECT_EQ(cube.event_stream->binding_key, "anonymousId");
}

TEST(BuildModel, FieldsThatReplaceTakeTheDefaultsAway) {
    const auto built = build(R"(
events:
  mode: replace
  traits: [{name: team, path: $.team}]
)");
    ASSERT_TRUE(built);
    const auto& model = *built->model;
    EXPECT_EQ(model.find_dimension("Events.currency").item, nullptr);
    EXPECT_EQ(model.find_measure("Events.totalRevenue").item, nullptr);
    EXPECT_NE(model.find_dimension("Users.team").item, nullptr);
    EXPECT_EQ(model.find_dimension("Users.plan").item, nullptr);
}

TEST(BuildModel, WhatIsWrongIsNamedWithItsLineAndTheNearestName) {
    const auto cube = [](const std::string& rest) {
        return "cubes:\n  - name: Orders\n    sql_table: orders\n" + rest;
    };
    const std::pair<std::string, std::string> cases[] = {
        {"cube: []", "cubes.yaml:1: `cube` is not known here; did you mean `cubes`?"},
        {"cubes:\n  - name: Orders", "cubes.yaml:2: the cube Orders needs `sql_table` or `sql`"},
        {"cubes:\n  - name: Events\n    sql_table: x",
         "cubes.yaml:2: the cube Events is there already; to add to it, leave out `sql_table` "
         "and "
         "`sql`"},
        {"cubes:\n  - name: A B\n    sql: SELECT 1",
         "cubes.yaml:2: `A B` is not a name: letters, digits and _"},
        {"cubes:\n  - name: A\n    sql_table: x; DROP",
         "cubes.yaml:3: `x; DROP` is not a table such as shop.orders"},
        {cube("    dimensions:\n      - {name: a, type: text}"),
         "cubes.yaml:5: `text` is not a type; one of: string, number, boolean, time"},
        {cube("    dimensions:\n      - {name: a}\n      - {name: a}"),
         "cubes.yaml:6: `a` is there already"},
        {cube("    dimensions:\n      - {name: a, sql: '{b}'}\n      - {name: b, sql: '{a}'}"),
         "cubes.yaml:5: `a` is made of itself"},
        {cube("    dimensions:\n      - {name: status, sql: '{stauts}'}"),
         "cubes.yaml:5: there is no `stauts`; did you mean `status`?"},
        {cube("    dimensions:\n      - {name: a, sql: '{Users.id}'}"),
         "cubes.yaml:5: only a join's `sql` may name another cube: `Users.id`"},
        {cube("    dimensions:\n      - {name: a, sql: '{CUBE.x}'}"),
         "cubes.yaml:5: Orders has no dimension `x`"},
        {cube("    measures:\n      - {name: a, type: summ, sql: x}"),
         "cubes.yaml:5: `summ` is not a type of measure; did you mean `sum`?"},
        {cube("    measures:\n      - {name: a, type: sum}"), "cubes.yaml:5: a sum needs `sql`"},
        {cube("    measures:\n      - {name: a, type: calculated, sql: '{a} + 1'}"),
         "cubes.yaml:5: `a` is made of itself"},
        {cube("    measures:\n      - {name: a, type: rank, window: {measure: b}}"),
         "cubes.yaml:5: there is no measure `b`; did you mean `a`?"},
        {cube("    measures:\n      - {name: a, type: rank, window: {measure: n}}\n"
              "      - {name: n, type: count}\n      - {name: b, type: lag, window: {measure: "
              "a}}"),
         "cubes.yaml:7: `a` is computed over rows of groups: no other measure can be made of "
         "it"},
        {cube("    measures:\n      - {name: a, type: percentile, sql: x, percentile: 90}"),
         "cubes.yaml:5: `percentile` must be a number from 0 to 1"},
        {cube("    measures:\n      - {name: a, type: count, drill_members: [ix]}"),
         "cubes.yaml:5: `Orders.ix` is not a dimension"},
        {cube("    joins:\n      - {name: User, relationship: many_to_one, sql: 'true'}"),
         "cubes.yaml:5: there is no cube `User`; did you mean `Users`?"},
        {cube("    joins:\n      - {name: Users, relationship: manyToOne, sql: 'true'}"),
         "cubes.yaml:5: `manyToOne` is not a relationship; did you mean `many_to_one`?"},
        {cube("    joins:\n      - {name: Users, relationship: belongsTo, sql: 'true'}"),
         "cubes.yaml:5: Orders needs a dimension with `primary_key: true`: without one, rows "
         "that a "
         "join repeats cannot be told from rows that are alike"},
        {cube("    event_stream: {binding_key: user, time_dimension: at, event: kind}"),
         "cubes.yaml:2: event_stream: Orders has no dimension `user`"},
        {"events:\n  properties:\n    - {name: userId, path: $.id}",
         "cubes.yaml:3: `userId` is a column of the events"},
        {"events:\n  properties:\n    - {name: a, path: a.b}",
         "cubes.yaml:3: `a.b` is not a path such as $.page.items[0]"},
        {"events:\n  mode: add", "cubes.yaml:2: `mode` is merge or replace"},
        {cube("    dimensions:\n      - {name: a, type: time, granularities: [{name: week, "
              "interval: 1 day}]}"),
         "cubes.yaml:5: `week` is the calendar's"},
        {cube("    dimensions:\n      - {name: a, type: time, granularities: [{name: w, "
              "interval: 2 moons}]}"),
         "cubes.yaml:5: `2 moons` is not an interval such as 15 minutes"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_THAT(problem(text), HasSubstr(expected)) << text;
}

TEST(BuildModel, ATypeFitsItsColumns) {
    EXPECT_TRUE(fits(ValueType::kNumber, "DECIMAL(18,3)"));
    EXPECT_TRUE(fits(ValueType::kTime, "TIMESTAMP WITH TIME ZONE"));
    EXPECT_FALSE(fits(ValueType::kTime, "TIMESTAMP"));
    EXPECT_FALSE(fits(ValueType::kString, "INTEGER"));
}

}  // namespace
}  // namespace icelight::semantic
