#include "semantic/query.h"

#include <random>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "semantic/events_cube.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

class Queries : public ::testing::Test {
protected:
    Checked<Query> parse(const json::value& value, Dialect dialect = Dialect::kDrizzle) {
        warnings_.clear();
        return parse_query(value, {model_, 1'711'843'200'000'000, dialect}, warnings_);
    }

    Problem refusal(std::string_view text) {
        auto query = parse(json::parse(text));
        return query ? Problem{} : query.error();
    }

    const Model model_{{make_events_cube("events", default_json_fields())}};
    Warnings warnings_;
};

TEST_F(Queries, ADimensionWithAGranularityIsATimeDimension) {
    auto query = parse(json::parse(R"({"dimensions":["Events.timestamp.month","Events.event"]})"));
    ASSERT_TRUE(query);
    EXPECT_EQ(query->dimensions.size(), 1U);
    EXPECT_EQ(query->time_dimensions.at(0).granularity->unit, Unit::kMonth);
}

TEST_F(Queries, OrderIsTakenInThreeSpellings) {
    for (const char* order : {R"({"Events.count":"desc"})",
                              R"([["Events.count","desc"]])",
                              R"([{"id":"Events.count","desc":true}])"}) {
        auto query = parse(
            json::parse(std::string(R"({"measures":["Events.count"],"order":)") + order + "}"));
        ASSERT_TRUE(query) << order;
        EXPECT_TRUE(query->order.at(0).is_descending);
    }
}

TEST_F(Queries, WhatHasNoEffectIsWarnedOf) {
    struct Case {
        const char* query;
        const char* pointer;
        Dialect dialect = Dialect::kDrizzle;
    };

    for (
        const Case& one :
        {Case{R"({"measures":["Events.count"],"filters":[{"member":"Events.event",)"
              R"("operator":"set","values":["a"]}]})",
              "/filters/0/values"},
         Case{R"({"measures":["Events.count"],"filters":[{"or":[]}]})", "/filters/0/or"},
         Case{
             R"({"measures":["Events.count"],"timeDimensions":[{"dimension":"Events.timestamp"}]})",
             "/timeDimensions/0",
             Dialect::kCube},
         Case{R"({"measures":["Events.count"],"fillMissingDates":true})",
              "/fillMissingDates",
              Dialect::kCube},
         Case{R"({"measures":["Events.count"],"limt":5})", "/limt"}}) {
        EXPECT_TRUE(parse(json::parse(one.query), one.dialect)) << one.query;
        ASSERT_EQ(warnings_.size(), 1U) << one.query;
        EXPECT_EQ(warnings_.front().pointer, one.pointer) << one.query;
    }
}

TEST_F(Queries, WhatIsWrongIsNamedWithItsPlace) {
    struct Case {
        const char* query;
        const char* pointer;
    };

    for (
        const Case& one : {
            Case{R"({})", ""},
            Case{R"({"measures":"Events.count"})", "/measures"},
            Case{R"({"measures":["Events.event"]})", "/measures/0"},
            Case{R"({"dimensions":["Events.timestamp.decade"]})", "/dimensions/0"},
            Case{R"({"timeDimensions":[{"dimension":"Events.event"}]})",
                 "/timeDimensions/0/dimension"},
            Case{R"({"timeDimensions":[{"dimension":"Events.timestamp","granularity":"days"}]})",
                 "/timeDimensions/0/granularity"},
            Case{R"({"timeDimensions":[{"dimension":"Events.timestamp","dateRange":"soon"}]})",
                 "/timeDimensions/0/dateRange"},
            Case{
                R"({"timeDimensions":[{"dimension":"Events.timestamp","dateRange":["today","today"]}]})",
                "/timeDimensions/0/dateRange"},
            Case{R"({"timeDimensions":[{"dimension":"Events.timestamp","dateRange":"today",)"
                 R"("compareDateRange":["today"]}]})",
                 "/timeDimensions/0/compareDateRange"},
            Case{R"({"measures":["Events.count"],"segments":["Events.new"]})", "/segments/0"},
            Case{R"({"measures":["Events.count"],"filters":[{"member":"Events.timestamp",)"
                 R"("operator":"between","dateRange":"today"}]})",
                 "/filters/0/dateRange"},
            Case{R"({"measures":["Events.count"],"filters":[{"member":"Events.event",)"
                 R"("operator":"set","dateRange":"today"}]})",
                 "/filters/0/dateRange"},
            Case{R"({"measures":["Events.count"],"order":{"Events.count":"up"}})",
                 "/order/Events.count"},
            Case{R"({"measures":["Events.count"],"order":{"Events.x":"asc"}})", "/order/Events.x"},
            Case{R"({"measures":["Events.count"],"limit":50001})", "/limit"},
            Case{R"({"measures":["Events.count"],"limit":"10"})", "/limit"},
            Case{R"({"measures":["Events.count"],"offset":-1})", "/offset"},
            Case{R"({"measures":["Events.count"],"timezone":"Mars/Base"})", "/timezone"},
            Case{R"({"measures":["Events.count"],"timezone":"UTC'; SELECT 1"})", "/timezone"},
            Case{R"({"measures":["Events.count"],"responseFormat":"xml"})", "/responseFormat"},
            Case{R"({"measures":["Events.count"],"total":"yes"})", "/total"},
            Case{R"({"measures":["Events.count"],"fillMissingDatesValue":"0"})",
                 "/fillMissingDatesValue"},
            Case{R"({"measures":["Events.count"],"ungrouped":true})", "/ungrouped"},
        }) {
        EXPECT_EQ(refusal(one.query).pointer, one.pointer) << one.query;
        EXPECT_FALSE(refusal(one.query).message.empty()) << one.query;
    }
}

/// What a stranger can put where a name is expected never gets into the text of a statement: it is
/// refused, whatever it is.
TEST_F(Queries, NamesOfStrangersAreRefusedEverywhere) {
    for (const char* name : {R"(Events.count" FROM events; --)",
                             "Events.count'",
                             "Events.\\u0000count",
                             "count(*)",
                             "Events.count)",
                             "\\\"Events\\\".\\\"user_id\\\"",
                             "../../etc/passwd",
                             "Events.timestamp.day'); DROP TABLE events; --",
                             "${7*7}",
                             ""}) {
        std::string escaped;
        for (const char c : std::string_view(name)) {
            if (c == '"' && (escaped.empty() || escaped.back() != '\\')) escaped += '\\';
            escaped += c;
        }
        const std::string text = "\"" + escaped + "\"";
        for (
            const char* shape :
            {R"({"measures":[%]})",
             R"({"dimensions":[%]})",
             R"({"timeDimensions":[{"dimension":%}]})",
             R"({"measures":["Events.count"],"timezone":%})",
             R"({"measures":["Events.count"],"segments":[%]})",
             R"({"measures":["Events.count"],"order":[[%,"asc"]]})",
             R"({"measures":["Events.count"],"order":[["Events.count",%]]})",
             R"({"timeDimensions":[{"dimension":"Events.timestamp","granularity":%}]})",
             R"({"timeDimensions":[{"dimension":"Events.timestamp","dateRange":%}]})",
             R"({"measures":["Events.count"],"filters":[{"member":%,"operator":"set"}]})",
             R"({"measures":["Events.count"],"filters":[{"member":"Events.event","operator":%}]})"}) {
            std::string query = shape;
            query.replace(query.find('%'), 1, text);
            EXPECT_FALSE(refusal(query).message.empty()) << query;
        }
    }
}

/// Members of a valid query are renamed at random: each is then refused or warned about.
TEST_F(Queries, NoMemberIsIgnoredInSilence) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto whole = json::parse(
        R"({"measures":["Events.count"],"dimensions":["Events.event"],"timeDimensions":[)"
        R"({"dimension":"Events.timestamp","granularity":"day","dateRange":"last 7 days"}],)"
        R"("filters":[{"or":[{"member":"Events.event","operator":"equals","values":["a"]},)"
        R"({"member":"Events.type","operator":"set"}]}],"segments":["Events.identified"],)"
        R"("order":{"Events.count":"desc"},"limit":10,"offset":1,"total":true,)"
        R"("timezone":"Europe/Berlin","fillMissingDates":false,"fillMissingDatesValue":null,)"
        R"("renewQuery":true})");
    ASSERT_TRUE(parse(whole));
    ASSERT_TRUE(warnings_.empty());
    const std::string text = json::serialize(whole);
    std::vector<std::size_t> keys;  // where a member's name begins
    for (std::size_t at = 0; (at = text.find("\":", at)) != std::string::npos; ++at)
        keys.push_back(text.rfind('"', at - 1) + 1);
    for (int i = 0; i < 500; ++i) {
        std::string mutated = text;
        const auto at = keys.at(random() % keys.size());
        const auto length = mutated.find('"', at) - at;
        mutated.at(at + random() % length) = static_cast<char>('a' + random() % 26);
        if (mutated == text) continue;
        const auto query = parse(json::parse(mutated));
        EXPECT_TRUE(!query || !warnings_.empty()) << mutated;
    }
}

}  // namespace
}  // namespace icelight::semantic
