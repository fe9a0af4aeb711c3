// Each operator's SQL (section "Filters" of the contract), and what is refused.
#include "semantic/filter/filter.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "semantic/civil.h"
#include "semantic/events_cube.h"

namespace icelight::semantic {
namespace {

using ::testing::HasSubstr;

struct Parsed {
    Warnings warnings;
    std::string sql;
    std::vector<Value> values;
    Problem problem;
    bool is_ok = false;
};

class Filters : public ::testing::Test {
protected:
    Parsed parse(std::string_view text, Dialect dialect = Dialect::kDrizzle) {
        Parsed out;
        const auto zone = Zone::utc();
        const FilterContext context{
            model_, {us_now_, &zone, DateGrammar::kDrizzle}, dialect, out.warnings};
        const auto value = boost::json::parse(text, {}, {.max_depth = 100});
        const Place root;
        const Place place(root, "filters");
        auto filter = parse_filters(&value, place, context);
        if (!filter) {
            out.problem = filter.error();
            return out;
        }
        out.is_ok = true;
        SqlValues values;
        out.sql = filter_sql(*filter, values, [](const MeasureRef& m) { return m.item->name; });
        out.values = values.take();
        return out;
    }

    std::string leaf(std::string_view op, std::string_view values) {
        return parse(std::string(R"([{"member":"Events.event","operator":")") + std::string(op) +
                     R"(","values":)" + std::string(values) + "}]")
            .sql;
    }

    std::string when(std::string_view op, std::string_view values) {
        return parse(std::string(R"([{"member":"Events.timestamp","operator":")") +
                     std::string(op) + R"(","values":)" + std::string(values) + "}]")
            .sql;
    }

    const Model model_{{make_events_cube("events", default_json_fields())}};
    const std::int64_t us_now_ = us_from_civil({.year = 2024, .month = 3, .day = 31});
};

const std::string kX = R"("Events"."event")";
const std::string kT = R"("Events"."timestamp")";

TEST_F(Filters, EqualityKnowsNull) {
    EXPECT_EQ(leaf("equals", R"(["a"])"), kX + " = $1");
    EXPECT_EQ(leaf("in", R"(["a","b"])"), kX + " IN ($1, $2)");
    EXPECT_EQ(leaf("equals", "[null]"), kX + " IS NULL");
    EXPECT_EQ(leaf("equals", R"(["a",null])"), "(" + kX + " = $1 OR " + kX + " IS NULL)");
    EXPECT_EQ(leaf("notEquals", R"(["a"])"), "(" + kX + " <> $1 OR " + kX + " IS NULL)");
    EXPECT_EQ(leaf("notIn", R"(["a","b"])"), "(" + kX + " NOT IN ($1, $2) OR " + kX + " IS NULL)");
    EXPECT_EQ(leaf("notEquals", "[null]"), kX + " IS NOT NULL");
    EXPECT_EQ(leaf("notEquals", R"(["a",null])"), "(" + kX + " <> $1 AND " + kX + " IS NOT NULL)");
}

TEST_F(Filters, TextIsFoundAsItIsWritten) {
    EXPECT_EQ(leaf("contains", R"(["a"])"), kX + R"( ILIKE $1 ESCAPE '\')");
    EXPECT_EQ(leaf("contains", R"(["a","b"])"),
              "(" + kX + R"( ILIKE $1 ESCAPE '\' OR )" + kX + R"( ILIKE $2 ESCAPE '\'))");
    EXPECT_EQ(leaf("notStartsWith", R"(["a","b"])"),
              "((" + kX + R"( NOT ILIKE $1 ESCAPE '\' AND )" + kX +
                  R"( NOT ILIKE $2 ESCAPE '\') OR )" + kX + " IS NULL)");
    const auto escaped =
        parse(R"([{"member":"Events.event","operator":"endsWith","values":["5%_\\"]}])");
    EXPECT_EQ(std::get<std::string>(escaped.values.at(0)), R"(%5\%\_\\)");
    EXPECT_EQ(leaf("like", R"(["a%"])"), kX + " LIKE $1");
    EXPECT_EQ(leaf("regex", R"(["^a"])"), "regexp_matches(" + kX + ", $1, 'i')");
}

TEST_F(Filters, PresenceNeedsNoValues) {
    EXPECT_EQ(leaf("set", "[]"), kX + " IS NOT NULL");
    EXPECT_EQ(leaf("notSet", "[]"), kX + " IS NULL");
    EXPECT_EQ(leaf("isEmpty", "[]"), "(" + kX + " IS NULL OR " + kX + " = '')");
    EXPECT_EQ(parse(R"([{"dimension":"Events.event","operator":"set"}])").sql, kX + " IS NOT NULL");
}

TEST_F(Filters, NumbersAreBoundAsNumbers) {
    const auto parsed =
        parse(R"([{"member":"Events.revenue","operator":"between","values":["5",20.5]}])");
    EXPECT_THAT(parsed.sql, HasSubstr(">= $1"));
    EXPECT_EQ(std::get<std::int64_t>(parsed.values.at(0)), 5);
    EXPECT_EQ(std::get<double>(parsed.values.at(1)), 20.5);
    EXPECT_FALSE(parse(R"([{"member":"Events.revenue","operator":"gt","values":["ten"]}])").is_ok);
}

TEST_F(Filters, TimesAreComparedWithConstantsHalfOpen) {
    const std::string day = "TIMESTAMPTZ '2024-01-31 00:00:00.000000+00'";
    const std::string next = "TIMESTAMPTZ '2024-02-01 00:00:00.000000+00'";
    const auto inside = "(" + kT + " >= " + day + " AND " + kT + " < " + next + ")";
    for (const char* op : {"inDateRange", "onTheDate", "equals"})
        EXPECT_EQ(when(op, R"(["2024-01-31"])"), inside) << op;
    EXPECT_EQ(when("inDateRange", R"(["2024-01-31","2024-01-31"])"), inside);
    EXPECT_EQ(when("notInDateRange", R"(["2024-01-31"])"),
              "((" + kT + " < " + day + " OR " + kT + " >= " + next + ") OR " + kT + " IS NULL)");
    EXPECT_EQ(when("beforeDate", R"(["2024-01-31"])"), kT + " < " + day);
    EXPECT_EQ(when("beforeOrOnDate", R"(["2024-01-31"])"), kT + " < " + next);
    EXPECT_EQ(when("afterDate", R"(["2024-01-31"])"), kT + " >= " + next);
    EXPECT_EQ(when("afterOrOnDate", R"(["2024-01-31"])"), kT + " >= " + day);
    EXPECT_EQ(parse(R"([{"member":"Events.timestamp","operator":"inDateRange","values":[],)"
                    R"("dateRange":"this month"}])")
                  .sql,
              "(" + kT + " >= TIMESTAMPTZ '2024-03-01 00:00:00.000000+00' AND " + kT +
                  " < TIMESTAMPTZ '2024-04-01 00:00:00.000000+00')");
}

TEST_F(Filters, GroupsAreTakenInBothSpellings) {
    const char* const set = R"({"member":"Events.event","operator":"set"})";
    const char* const not_set = R"({"member":"Events.name","operator":"notSet"})";
    const std::string both = std::string("[") + set + "," + not_set + "]";
    const std::string want = "(" + kX + R"( IS NOT NULL OR "Events"."name" IS NULL))";
    EXPECT_EQ(parse(R"([{"or":)" + both + "}]").sql, want);
    EXPECT_EQ(parse(R"([{"type":"or","filters":)" + both + "}]").sql, want);
    EXPECT_EQ(parse(R"({"or":)" + both + "}").sql, want);
    EXPECT_EQ(parse(both).sql, "(" + kX + R"( IS NOT NULL AND "Events"."name" IS NULL))");
    EXPECT_EQ(parse(R"([{"and":[]}])").sql, "");
}

TEST_F(Filters, AFilterWithoutValuesIsRefusedOrSaid) {
    const char* const open = R"([{"member":"Events.event","operator":"equals","values":[]}])";
    const auto drizzle = parse(open);
    EXPECT_TRUE(drizzle.is_ok);
    ASSERT_EQ(drizzle.warnings.size(), 1U);
    EXPECT_EQ(drizzle.warnings[0].code, "INCOMPLETE_FILTER");
    EXPECT_EQ(drizzle.warnings[0].pointer, "/filters/0");
    EXPECT_FALSE(parse(open, Dialect::kCube).is_ok);
}

TEST_F(Filters, ADrillDownIsAboutAllRowsOfAMeasureWithoutConditions) {
    const std::string drill = R"({"member":"Events.count","operator":"measureFilter"})";
    const auto parsed = parse("[" + drill + R"(,{"member":"Events.event","operator":"set"}])");
    EXPECT_TRUE(parsed.is_ok);
    EXPECT_EQ(parsed.sql, kX + " IS NOT NULL");
    EXPECT_EQ(parse(R"([{"or":[)" + drill + "]}]").problem.pointer, "/filters/0/or/0/operator");
    EXPECT_EQ(parse(R"([{"member":"Events.event","operator":"measureFilter"}])").problem.pointer,
              "/filters/0/operator");
}

TEST_F(Filters, NothingUnknownGetsThrough) {
    struct Case {
        const char* filters;
        const char* pointer;
    };

    for (const Case& one : {
             Case{R"([{"member":"Events.evnt","operator":"set"}])", "/filters/0/member"},
             Case{R"([{"member":"Events.event","operator":"foo","values":["a"]}])",
                  "/filters/0/operator"},
             Case{R"([{"member":"Events.event","operator":"inDateRange","values":["2024-01-01"]}])",
                  "/filters/0/operator"},
             Case{R"([{"member":"Events.timestamp","operator":"contains","values":["2024"]}])",
                  "/filters/0/operator"},
             Case{R"([{"member":"Events.timestamp","operator":"onTheDate","values":["soon"]}])",
                  "/filters/0/values/0"},
             Case{R"([{"member":"Events.count","operator":"contains","values":["1"]}])",
                  "/filters/0/operator"},
             Case{R"([{"member":"Events.event","operator":"gt","values":["a","b"]}])",
                  "/filters/0/values"},
             Case{R"([{"member":"Events.event","operator":"equals","values":[[1]]}])",
                  "/filters/0/values/0"},
             Case{R"([{"member":"Events.event","operator":"equals","values":"a"}])",
                  "/filters/0/values"},
             Case{R"([{"type":"xor","filters":[]}])", "/filters/0/type"},
             Case{R"([{"or":[{"member":"Events.count","operator":"gt","values":[1]},)"
                  R"({"member":"Events.event","operator":"set"}]}])",
                  "/filters/0/or"},
             Case{R"([{"operator":"set"}])", "/filters/0"},
             Case{R"(["Events.event"])", "/filters/0"},
         }) {
        const auto parsed = parse(one.filters);
        EXPECT_FALSE(parsed.is_ok) << one.filters;
        EXPECT_EQ(parsed.problem.pointer, one.pointer) << one.filters;
    }
    EXPECT_EQ(
        parse(R"([{"member":"Events.event","operator":"equalz","values":["a"]}])").problem.nearest,
        "equals");
}

TEST_F(Filters, DeepAndWideOnesAreBounded) {
    std::string deep = R"({"member":"Events.event","operator":"set"})";
    for (int i = 0; i < 20; ++i)
        deep.insert(0, R"({"and":[)").append("]}");
    EXPECT_FALSE(parse("[" + deep + "]").is_ok);
}

}  // namespace
}  // namespace icelight::semantic
