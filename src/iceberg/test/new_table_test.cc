#include "iceberg/new_table.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

NewTable nested_table() {
    NewTable table;
    table.uuid = testing::sample_uuid();
    table.location = "file:///lake/t";
    table.schema = testing::wide_schema();
    table.spec = testing::day_spec();
    table.order.fields = {{.source_id = 3}, {.source_id = 2}};
    return table;
}

TEST(MakeTable, KeepsTheIdsOfOurOwnTables) {
    auto made = make_table(nested_table(), testing::kNow);
    ASSERT_THAT(made, IsOk());
    EXPECT_EQ(made->current_schema()->fields, testing::wide_schema().fields);
    EXPECT_EQ(made->last_column_id, 27);
    EXPECT_EQ(made->last_partition_id, 1000);
    EXPECT_EQ(made->default_sort_order_id, 1);
    EXPECT_EQ(made->sort_orders.size(), 2U);
    EXPECT_EQ(made->last_updated_ms, testing::kNowMs);
    EXPECT_FALSE(made->current_snapshot_id);
    EXPECT_THAT(parse_table_metadata(encode_table_metadata(*made)), IsOk());
}

TEST(MakeTable, AssignsIdsLevelByLevelAndFollowsThem) {
    auto table = nested_table();
    table.field_ids = FieldIds::kAssign;
    auto made = make_table(std::move(table), testing::kNow);
    ASSERT_THAT(made, IsOk());
    const auto& schema = *made->current_schema();
    // 17 columns first, then what is inside the last three.
    EXPECT_EQ(schema.find_field("tags")->id, 15);
    EXPECT_EQ(schema.find_field("place")->id, 17);
    EXPECT_EQ(schema.find_field("tags.element")->id, 18);
    EXPECT_EQ(schema.find_field("attrs.key")->id, 19);
    EXPECT_EQ(schema.find_field("attrs.value")->id, 20);
    EXPECT_EQ(schema.find_field("place.lon")->id, 22);
    EXPECT_EQ(made->last_column_id, 22);
    EXPECT_EQ(made->default_spec()->fields[0].source_id, 2);
    EXPECT_EQ(made->default_spec()->fields[0].field_id, 1000);
    EXPECT_EQ(schema.identifier_field_ids, std::vector<std::int32_t>{1});
}

TEST(MakeTable, AnOrderMayBeKnownWithoutBeingTheDefault) {
    auto table = nested_table();
    table.order = {};
    table.other_orders = {{.order_id = 1, .fields = {{.source_id = 5}}}};
    auto made = make_table(std::move(table), testing::kNow);
    ASSERT_THAT(made, IsOk());
    EXPECT_EQ(made->default_sort_order_id, 0);
    ASSERT_NE(made->find_sort_order(1), nullptr);
    EXPECT_EQ(made->find_sort_order(1)->fields[0].source_id, 5);
}

TEST(MakeTable, SourcesMustExistAndFit) {
    auto table = nested_table();
    table.spec.fields[0].source_id = 99;
    EXPECT_THAT(make_table(table, testing::kNow), HasMessage("source column"));
    table = nested_table();
    table.spec.fields[0].source_id = 3;
    EXPECT_THAT(make_table(table, testing::kNow), HasMessage("day does not take string"));
    table = nested_table();
    table.order.fields[0].source_id = 99;
    EXPECT_THAT(make_table(table, testing::kNow), IsError(ErrorCode::kInvalidArgument));
    table = nested_table();
    table.location.clear();
    EXPECT_THAT(make_table(table, testing::kNow), HasMessage("location"));
    table = nested_table();
    table.format_version = 4;
    EXPECT_THAT(make_table(table, testing::kNow), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::iceberg
