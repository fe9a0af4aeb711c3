#include "semantic/events_cube.h"

#include <gtest/gtest.h>

#include "event/columns.h"

namespace icelight::semantic {
namespace {

TEST(EventsCube, EveryColumnOfTheTableIsADimension) {
    const Cube cube = make_events_cube("events", {});
    EXPECT_EQ(cube.dimensions.size(), event::kEventColumnCount);
    const auto* message = cube.find_dimension("messageId");
    ASSERT_NE(message, nullptr);
    EXPECT_TRUE(message->is_primary_key);
    EXPECT_EQ(message->sql, R"("Events"."message_id")");
    EXPECT_EQ(cube.find_dimension("timestamp")->type, ValueType::kTime);
    EXPECT_EQ(cube.find_dimension("logOffset")->type, ValueType::kNumber);
    EXPECT_FALSE(cube.find_dimension("propertiesRaw")->is_shown);
    EXPECT_FALSE(cube.find_dimension("ingestTs")->is_shown);
}

TEST(EventsCube, RevenueIsSummedOnlyWhereThereIsSuchAField) {
    EXPECT_EQ(make_events_cube("events", {}).find_measure("totalRevenue"), nullptr);
    const Cube cube = make_events_cube("events", default_json_fields());
    ASSERT_NE(cube.find_measure("totalRevenue"), nullptr);
    EXPECT_EQ(
        cube.find_measure("totalRevenue")->sql,
        R"sql(TRY_CAST(json_extract_string("Events"."properties", '$.revenue') AS DOUBLE))sql");
}

TEST(EventsCube, ItsStreamNamesItsOwnDimensions) {
    const Cube cube = make_events_cube("events", default_json_fields());
    ASSERT_TRUE(cube.event_stream);
    EXPECT_NE(cube.find_dimension(cube.event_stream->binding_key), nullptr);
    EXPECT_NE(cube.find_dimension(cube.event_stream->time_dimension), nullptr);
    EXPECT_NE(cube.find_dimension(cube.event_stream->event), nullptr);
    EXPECT_NE(cube.find_dimension(cube.event_stream->type), nullptr);
}

}  // namespace
}  // namespace icelight::semantic
