// The SQL's answers are in tests/e2e/test_cube.py; here, that the cubes fit together.
#include "semantic/person.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "semantic/events_cube.h"
#include "semantic/rows/joins.h"

namespace icelight::semantic {
namespace {

using ::testing::HasSubstr;

Model make_model() {
    Cube events = make_events_cube("t", default_json_fields());
    auto cubes = make_people_cubes("t", default_json_fields(), events);
    cubes.insert(cubes.begin(), std::move(events));
    return Model(std::move(cubes));
}

TEST(People, AnEventHasOnePersonAndAPersonManyEvents) {
    const Model model = make_model();
    const auto* events = model.find_cube("Events");
    const auto* users = model.find_cube("Users");
    const auto* sessions = model.find_cube("Sessions");
    const auto up = find_joins(model, *events, {users});
    ASSERT_TRUE(up);
    EXPECT_FALSE(up->is_multiplied);
    EXPECT_THAT(up->sql, HasSubstr(R"(AS "Identities" ON)"));
    EXPECT_TRUE(find_joins(model, *users, {events})->is_multiplied);
    EXPECT_FALSE(find_joins(model, *sessions, {users})->is_multiplied);
}

TEST(People, TheFirstTieOfAnAnonymousIdHolds) {
    const Model model = make_model();
    EXPECT_THAT(model.find_cube("Users")->from,
                HasSubstr("arg_min(user_id, ROW(timestamp, _log_offset))"));
    EXPECT_THAT(model.find_cube("Users")->from,
                HasSubstr("coalesce(e.user_id, t.user_id, e.anonymous_id) AS person"));
    EXPECT_EQ(model.find_dimension("Events.userId").item->sql, R"("Events"."user_id")");
}

TEST(People, EveryNamedMemberExists) {
    const Model model = make_model();
    for (const auto& cube : model.cubes()) {
        for (const auto& measure : cube.measures) {
            for (const auto& name : measure.drill_members)
                EXPECT_NE(model.find_dimension(name).item, nullptr) << name;
        }
        for (const auto& join : cube.joins)
            EXPECT_NE(model.find_cube(join.target), nullptr) << join.target;
    }
}

}  // namespace
}  // namespace icelight::semantic
