// Valid queries are changed at random. Each change is refused, warned about, or asks for something
// else: no part of a query is ignored in silence.
#include <cstdlib>
#include <random>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "semantic/compile.h"
#include "semantic/events_cube.h"
#include "semantic/path/path_query.h"
#include "semantic/person.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

/// None of their members says what is so without it too.
constexpr const char* kQueries[] = {
    R"({"measures":["Events.count","Users.count"],"dimensions":["Events.event"],"timeDimensions":[
        {"dimension":"Events.timestamp","granularity":"day","dateRange":"last 7 days"}],
        "filters":[{"or":[{"member":"Events.event","operator":"equals","values":["a","b"]},
        {"member":"Events.type","operator":"notSet"}]},
        {"member":"Events.count","operator":"gt","values":[3]},
        {"type":"or","filters":[{"member":"Events.revenue","operator":"between","values":[1,2]},
        {"member":"Events.receivedAt","operator":"inDateRange","values":["2024-01-01","2024-02-01"]}]}],
        "segments":["Events.identified"],"order":{"Events.count":"desc"},"limit":10,"offset":1,
        "total":true,"timezone":"Europe/Berlin","fillMissingDatesValue":null})",
    R"({"measures":["Events.totalRevenue"],"dimensions":["Events.timestamp.month","Users.plan"],
        "timeDimensions":[{"dimension":"Events.receivedAt","granularity":"hour",
        "compareDateRange":[["2024-01-01","2024-01-31"],"last month"]}],
        "order":[["Users.plan","desc"],["Events.totalRevenue","asc"]],"timezone":"Asia/Kolkata"})",
    R"({"dimensions":["Events.event","Events.timestamp"],"measures":["Events.totalRevenue"],
        "ungrouped":true,"limit":100,"filters":[{"dimension":"Events.event","operator":"contains",
        "values":["x"]}]})",
    R"({"funnel":{"bindingKey":"Users.id","timeDimension":"Events.receivedAt","steps":[
        {"name":"A","filter":{"member":"Events.event","operator":"equals","values":["a"]}},
        {"name":"B","filter":[{"member":"Events.event","operator":"startsWith","values":["b"]}],
        "timeToConvert":"P1DT2H"},{"filter":{"type":"or","filters":[
        {"member":"Events.revenue","operator":"gte","values":[5]}]}},{"name":"D"}],
        "globalTimeWindow":"P7D","includeTimeMetrics":true,"exclusions":[{"fromStep":1,"toStep":2,
        "filter":{"member":"Events.event","operator":"equals","values":["c"]}}],
        "breakdownDimensions":["Users.plan"],"breakdownLimit":7},"segments":["Events.identified"],
        "filters":[{"member":"Users.plan","operator":"set"}],"timezone":"Europe/Berlin",
        "timeDimensions":[{"dimension":"Events.receivedAt","dateRange":"last 30 days"}]})",
    R"({"funnel":{"steps":[{"filter":{"member":"Events.event","operator":"equals","values":["a"]}},
        {"filter":{"member":"Events.event","operator":"equals","values":["b"]}}],
        "users":{"step":1,"state":"dropped","limit":9,"offset":4}}})",
    R"({"flow":{"bindingKey":"Events.anonymousId","eventDimension":"Events.type",
        "startingStep":{"filter":{"member":"Events.event","operator":"equals","values":["a"]}},
        "stepsBefore":2,"stepsAfter":3,"entityLimit":1000,"eventsPerLayer":5,"includeExits":false},
        "filters":[{"and":[{"member":"Events.event","operator":"set"}]}]})",
    R"({"flow":{"startingStep":{"filter":{"member":"Events.event","operator":"equals","values":
        ["a"]}},"stepsAfter":2,"outputMode":"sunburst"}})",
    R"({"retention":{"bindingKey":"Users.id","dateRange":{"start":"2024-01-01","end":"2024-02-01"},
        "granularity":"day","periods":7,"retentionType":"rolling","cohortBy":"firstEver",
        "byCohort":true,"cohortFilters":[{"member":"Events.event","operator":"equals","values":
        ["a"]}],"activityFilters":{"member":"Events.event","operator":"notEquals","values":["b"]},
        "breakdownDimensions":["Events.currency"],"breakdownLimit":3},"timezone":"America/New_York"})",
};

class Mutation : public ::testing::TestWithParam<Dialect> {
protected:
    static Model make_model() {
        Cube events = make_events_cube("t", default_json_fields());
        auto cubes = make_people_cubes("t", default_json_fields(), events);
        cubes.insert(cubes.begin(), std::move(events));
        return Model(std::move(cubes));
    }

    /// All that a query asks for, as text; nothing when it is refused.
    std::string meaning(const json::value& value, Warnings& warnings) const {
        const QueryContext context{model_, 1'711'843'200'000'000, GetParam()};
        const auto text = [](const Compiled& compiled) {
            std::string out = compiled.sql;
            for (const auto& column : compiled.columns)
                out += column.name;
            for (const auto& one : compiled.values) {
                std::visit(
                    [&](const auto& v) {
                        if constexpr (!std::is_same_v<std::decay_t<decltype(v)>, std::monostate>)
                            out += fmt::format("|{}", v);
                    },
                    one);
            }
            return out;
        };
        if (is_path_query(value)) {
            const auto query = compile_path_query(value, context, warnings);
            return query ? text(query->compiled) : std::string();
        }
        const auto query = parse_query(value, context, warnings);
        if (!query) return {};
        std::string out = query->wants_total ? "total " : "";
        std::vector<const DateRange*> periods{nullptr};
        if (const auto* compared = query->compared()) {
            periods.clear();
            for (const auto& period : compared->compared)
                periods.push_back(&period);
        }
        for (const auto* period : periods) {
            const auto compiled = compile_query(*query, model_, period, warnings);
            if (!compiled) return {};
            out += text(*compiled);
        }
        return out;
    }

    std::size_t below(std::size_t count) { return random_() % count; }

    std::string word() {
        static constexpr const char* kWords[] = {"",
                                                 "Events.event",
                                                 "Events.count",
                                                 "equal",
                                                 "day",
                                                 "x",
                                                 "2024-01-05",
                                                 "P3D",
                                                 "last 2 weeks",
                                                 "Users.id",
                                                 "UTC",
                                                 "asc",
                                                 "Events.timestamp"};
        return kWords[below(std::size(kWords))];
    }

    /// Something else of any type.
    json::value other() {
        switch (below(6)) {
            case 0:
                return nullptr;
            case 1:
                return below(2) == 0;
            case 2:
                return static_cast<std::int64_t>(below(60)) - 5;
            case 3:
                return json::array();
            case 4:
                return json::object();
            default:
                return json::string(word());
        }
    }

    void mutate_text(json::value& value) {
        auto& text = value.get_string();
        if (text.empty() || below(2) == 0) {
            text = word();
        } else {
            text[below(text.size())] = static_cast<char>('a' + below(26));
        }
    }

    void mutate_object(json::object& object) {
        const auto at = object.begin() + static_cast<std::ptrdiff_t>(below(object.size()));
        std::string key(at->key());
        auto value = at->value();
        if (below(3) == 0) {
            object["more"] = other();
            return;
        }
        object.erase(at);
        key[below(key.size())] = static_cast<char>('a' + below(26));
        object[key] = std::move(value);
    }

    /// One change somewhere below.
    void mutate(json::value& value) {
        auto* object = value.if_object();
        auto* array = value.if_array();
        if (object != nullptr && !object->empty() && below(4) != 0)
            return mutate(
                (object->begin() + static_cast<std::ptrdiff_t>(below(object->size())))->value());
        if (array != nullptr && !array->empty() && below(8) != 0)
            return mutate((*array)[below(array->size())]);
        if (object != nullptr && !object->empty()) return mutate_object(*object);
        if (value.is_string() && below(3) != 0) return mutate_text(value);
        value = other();
    }

    const Model model_ = make_model();
    std::mt19937 random_{std::random_device{}()};
};

std::size_t rounds() {
    return std::getenv("TEST_ALL") != nullptr ? 10'000 : 500;
}

TEST_P(Mutation, NoPartOfAQueryIsIgnoredInSilence) {
    std::size_t refused = 0;
    for (const char* text : kQueries) {
        const auto whole = json::parse(text);
        Warnings warnings;
        const auto meaning_before = meaning(whole, warnings);
        ASSERT_NE(meaning_before, "") << text;
        for (std::size_t i = 0; i < rounds(); ++i) {
            auto changed = whole;
            mutate(changed);
            if (changed == whole) continue;
            Warnings now;
            const auto meaning_now = meaning(changed, now);
            refused += meaning_now.empty() ? 1 : 0;
            EXPECT_TRUE(meaning_now.empty() || now.size() > warnings.size() ||
                        meaning_now != meaning_before)
                << json::serialize(changed);
        }
    }
    EXPECT_GT(refused, rounds());
}

INSTANTIATE_TEST_SUITE_P(Dialects, Mutation, ::testing::Values(Dialect::kDrizzle, Dialect::kCube));

}  // namespace
}  // namespace icelight::semantic
