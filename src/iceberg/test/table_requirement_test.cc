#include "iceberg/table_requirement.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TableMetadata table_with_refs() {
    auto table = testing::sample_table();
    table.snapshots = {{.snapshot_id = 5, .manifest_list = "l"}};
    table.current_snapshot_id = 5;
    table.refs = {{"main", {.snapshot_id = 5}}, {"v1", {.snapshot_id = 5, .type = RefType::kTag}}};
    return table;
}

struct Row {
    TableRequirement requirement;
    std::string message;  ///< Empty: it holds.
};

TEST(Requirements, HoldOrFailInTheWordsClientsKnow) {
    const auto other = *find_uuid("00000000-0000-7000-8000-000000000001");
    const auto uuid = testing::sample_uuid();
    const Row rows[] = {
        {AssertCreate{}, "Requirement failed: table already exists"},
        {AssertTableUuid{uuid}, ""},
        {AssertTableUuid{other},
         "Requirement failed: UUID does not match: expected " + uuid.text() +
             " != " + other.text()},
        {AssertRefSnapshotId{"main", 5}, ""},
        {AssertRefSnapshotId{"main", 6},
         "Requirement failed: branch main has changed: expected id 6 != 5"},
        {AssertRefSnapshotId{"v1", 6},
         "Requirement failed: tag v1 has changed: expected id 6 != 5"},
        {AssertRefSnapshotId{"main", std::nullopt},
         "Requirement failed: branch main was created concurrently"},
        {AssertRefSnapshotId{"dev", std::nullopt}, ""},
        {AssertRefSnapshotId{"dev", 5},
         "Requirement failed: branch or tag dev is missing, expected 5"},
        {AssertLastAssignedFieldId{27}, ""},
        {AssertLastAssignedFieldId{26},
         "Requirement failed: last assigned field id changed: expected id 26 != 27"},
        {AssertCurrentSchemaId{0}, ""},
        {AssertCurrentSchemaId{1},
         "Requirement failed: current schema changed: expected id 1 != 0"},
        {AssertLastAssignedPartitionId{1000}, ""},
        {AssertLastAssignedPartitionId{999},
         "Requirement failed: last assigned partition id changed: expected id 999 != 1000"},
        {AssertDefaultSpecId{0}, ""},
        {AssertDefaultSpecId{1},
         "Requirement failed: default partition spec changed: expected id 1 != 0"},
        {AssertDefaultSortOrderId{0}, ""},
        {AssertDefaultSortOrderId{1},
         "Requirement failed: default sort order changed: expected id 1 != 0"},
    };
    const auto table = table_with_refs();
    for (const auto& row : rows) {
        auto result = check_requirement(row.requirement, &table);
        if (row.message.empty()) {
            EXPECT_THAT(result, IsOk());
        } else {
            ASSERT_THAT(result, IsError(ErrorCode::kConflict));
            EXPECT_EQ(result.error().message, row.message);
        }
        const bool is_create = std::holds_alternative<AssertCreate>(row.requirement);
        EXPECT_EQ(check_requirement(row.requirement, nullptr).has_value(), is_create);
    }
}

TEST(Requirements, TheFirstFailureOfAListIsTold) {
    const auto table = table_with_refs();
    const TableRequirement list[] = {
        AssertDefaultSpecId{0}, AssertDefaultSpecId{2}, AssertCreate{}};
    auto result = check_requirements(list, &table);
    ASSERT_THAT(result, IsError(ErrorCode::kConflict));
    EXPECT_NE(result.error().message.find("expected id 2"), std::string::npos);
}

}  // namespace
}  // namespace icelight::iceberg
