#include "query/plan/extension_scan.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "query/plan/table_view.h"

namespace icelight::query {
namespace {

using iceberg::TransformKind;
using iceberg::TypeKind;
using icelight::testing::HasMessage;
using icelight::testing::IsError;
using ::testing::HasSubstr;
using ::testing::Not;

// No ids of the event columns.
constexpr std::int32_t kNumberId = 101;
constexpr std::int32_t kTimeId = 102;
constexpr std::int32_t kPriceId = 103;

/// n, moment and price in one file, in a partition by `transform` of the moment if there is one.
TableFiles make_table(std::optional<TransformKind> transform = {},
                      iceberg::Value partition = {},
                      std::int32_t source_id = kTimeId) {
    TableFiles table;
    table.schema.fields = {{kNumberId, "n", true, TypeKind::kLong},
                           {kTimeId, "moment", false, TypeKind::kTimestamptz},
                           {kPriceId, "price", false, TypeKind::kDouble}};
    table.location = "file:///w/it's.metadata.json";
    table.needs_extension = "deletion vectors are not read";
    LiveFiles manifest;
    LiveFile live;
    live.file.record_count = 10;
    live.file.file_size_bytes = 1'000;
    if (transform) {
        manifest.spec.fields = {{source_id, 1'000, "p", {.kind = *transform}}};
        live.file.partition = {std::move(partition)};
    }
    manifest.files.push_back(live);
    table.data.push_back(std::make_shared<const LiveFiles>(manifest));
    table.data_files = 1;
    return table;
}

void add_file(TableFiles& table, iceberg::DataFile file) {
    LiveFiles manifest;
    manifest.files.push_back({std::move(file), "", 1});
    table.data.push_back(std::make_shared<const LiveFiles>(manifest));
}

iceberg::DataFile make_priced_file(std::optional<std::int64_t> nan_count) {
    iceberg::DataFile file;
    file.upper_bounds[kPriceId] = std::string(8, '\0');
    if (nan_count) file.nan_value_counts[kPriceId] = *nan_count;
    return file;
}

TEST(ExtensionScan, NamesTheMetadataFileAndTheSnapshotThatWasAskedFor) {
    auto table = make_table();
    EXPECT_EQ(*make_extension_scan(table), "iceberg_scan('file:///w/it''s.metadata.json')");
    table.as_of_snapshot = 77;
    EXPECT_EQ(*make_extension_scan(table),
              "iceberg_scan('file:///w/it''s.metadata.json', snapshot_from_id => 77)");
}

TEST(ExtensionScan, AViewReadsAllOfItThereAndUnitesTheTail) {
    const auto table = make_table();
    const auto plan = plan_files(table, {});
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->groups.empty());
    EXPECT_EQ(plan->rows, 10U);
    EXPECT_EQ(plan->bytes, 1'000U);
    const auto alone = *make_view_select(table, *plan, TailKind::kNone, false);
    EXPECT_EQ(alone,
              "SELECT \"n\", \"moment\", \"price\" FROM (SELECT \"n\", \"moment\", CASE WHEN "
              "\"price\" IS NULL THEN NULL ELSE \"price\" END AS \"price\" FROM "
              "iceberg_scan('file:///w/it''s.metadata.json'))");
    EXPECT_THAT(*make_view_select(table, *plan, TailKind::kEvents, true),
                HasSubstr("metadata.json') UNION ALL SELECT CAST(NULL AS BIGINT) AS \"n\""));
}

TEST(ExtensionScan, EqualityDeletesAreRefused) {
    auto table = make_table();
    LiveFiles deletes;
    deletes.files.resize(1);
    deletes.files[0].file.content = iceberg::FileContent::kPositionDeletes;
    table.deletes.push_back(std::make_shared<const LiveFiles>(deletes));
    EXPECT_TRUE(make_extension_scan(table));
    deletes.files[0].file.content = iceberg::FileContent::kEqualityDeletes;
    table.deletes.push_back(std::make_shared<const LiveFiles>(deletes));
    EXPECT_THAT(make_extension_scan(table), IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(check_extension_reads(table), HasMessage("equality deletes too"));
}

TEST(ExtensionScan, AQuotationMarkInTheLocationIsRefused) {
    auto table = make_table();
    table.location = "file:///w/q\"t/x.metadata.json";
    EXPECT_THAT(check_extension_reads(table), IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(make_extension_scan(table), HasMessage("quotation mark"));
}

TEST(ExtensionScan, FiltersReachItWhereItLeavesOutFilesRightly) {
    EXPECT_TRUE(is_pruned_rightly(make_table()));
    for (const auto kind : {TransformKind::kDay, TransformKind::kMonth}) {
        EXPECT_TRUE(is_pruned_rightly(make_table(kind, iceberg::Value(std::int32_t{0}))));
        EXPECT_TRUE(is_pruned_rightly(make_table(kind, iceberg::Value())));
        EXPECT_FALSE(is_pruned_rightly(make_table(kind, iceberg::Value(std::int32_t{-1}))));
    }
    EXPECT_TRUE(
        is_pruned_rightly(make_table(TransformKind::kHour, iceberg::Value(std::int32_t{-1}))));
    for (const auto kind : {TransformKind::kBucket, TransformKind::kTruncate, TransformKind::kVoid})
        EXPECT_FALSE(is_pruned_rightly(make_table(kind, iceberg::Value(std::int32_t{1}))));
    const auto identity = TransformKind::kIdentity;
    EXPECT_TRUE(
        is_pruned_rightly(make_table(identity, iceberg::Value(std::int64_t{1}), kNumberId)));
    EXPECT_FALSE(is_pruned_rightly(make_table(identity, iceberg::Value(1.0), kPriceId)));
    EXPECT_FALSE(is_pruned_rightly(make_table(identity, iceberg::Value(std::int64_t{1}), 999)));
}

TEST(ExtensionScan, NoFilterReachesItWhereNaNMayHide) {
    auto table = make_table();
    add_file(table, make_priced_file(0));
    EXPECT_TRUE(is_pruned_rightly(table));
    EXPECT_THAT(*make_extension_scan(table), Not(HasSubstr("LIMIT")));
    add_file(table, make_priced_file(std::nullopt));
    EXPECT_FALSE(is_pruned_rightly(table));
    EXPECT_THAT(*make_extension_scan(table), HasSubstr(") LIMIT 9223372036854775807)"));
    table = make_table();
    add_file(table, make_priced_file(1));
    EXPECT_FALSE(is_pruned_rightly(table));
}

}  // namespace
}  // namespace icelight::query
