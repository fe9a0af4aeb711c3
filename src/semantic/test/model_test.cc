#include "semantic/model.h"

#include <gtest/gtest.h>

#include "semantic/events_cube.h"

namespace icelight::semantic {
namespace {

Model make_model() {
    return Model({make_events_cube("events", default_json_fields())});
}

TEST(Model, MembersAreFoundByFullName) {
    const Model model = make_model();
    EXPECT_EQ(model.find_measure("Events.count").full_name(), "Events.count");
    EXPECT_EQ(model.find_dimension("Events.event").item->title, "Event Name");
    EXPECT_EQ(model.find_segment("Events.identified").item->name, "identified");
    EXPECT_EQ(model.find_measure("count").item, nullptr);
    EXPECT_EQ(model.find_dimension("Events.count").item, nullptr);
    EXPECT_NE(model.find_cube("Events"), nullptr);
    EXPECT_EQ(model.find_cube("events"), nullptr);
}

TEST(Model, AnUnknownMemberIsAnsweredWithTheNearest) {
    const auto found = make_model().measure("Events.cuont", "/measures/0");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().nearest, "Events.count");
    EXPECT_EQ(found.error().pointer, "/measures/0");
    EXPECT_EQ(problem_text(found.error()),
              "`Events.cuont` is not a measure; did you mean `Events.count`?");
}

TEST(Model, MeasureTypesKeepTheClientsWords) {
    EXPECT_EQ(measure_type_name(MeasureType::kCountDistinctApprox), "countDistinctApprox");
    EXPECT_EQ(find_measure_type("count_distinct"), MeasureType::kCountDistinct);
    EXPECT_EQ(find_measure_type("average"), std::nullopt);
    EXPECT_TRUE(is_window(MeasureType::kRunningTotal));
    EXPECT_FALSE(is_window(MeasureType::kP99));
}

}  // namespace
}  // namespace icelight::semantic
