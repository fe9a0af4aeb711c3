#include "query/plan/table_view.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"

namespace icelight::query {
namespace {

using icelight::testing::IsError;
using ::testing::HasSubstr;
using ::testing::Not;

TableFiles make_table(bool has_file) {
    TableFiles table;
    table.schema.fields = {{1, "message_id", true, iceberg::TypeKind::kString},
                           {2, "type", true, iceberg::TypeKind::kString},
                           {21, "_log_offset", false, iceberg::TypeKind::kLong},
                           {99, "odd \"name\"", false, iceberg::make_decimal(9, 2)}};
    if (!has_file) return table;
    LiveFiles manifest;
    for (const char* path : {"/w/it's.parquet", "/w/b.parquet"}) {
        LiveFile live;
        live.file.file_path = path;
        live.location = std::string("file://") + path;
        live.sequence_number = 1;
        manifest.files.push_back(live);
    }
    table.data.push_back(std::make_shared<const LiveFiles>(manifest));
    return table;
}

Result<std::string> make_select(const TableFiles& table, TailKind kind, bool has_tail) {
    ICE_ASSIGN(const auto plan, plan_files(table, {}));
    return make_view_select(table, plan, kind, has_tail);
}

void add_deletes(TableFiles& table,
                 iceberg::FileContent content,
                 std::vector<std::int32_t> equality_ids = {}) {
    LiveFiles manifest;
    LiveFile live;
    live.file.content = content;
    live.file.file_path = "/w/gone.parquet";
    live.file.equality_ids = std::move(equality_ids);
    live.sequence_number = 2;
    manifest.files.push_back(live);
    table.deletes.push_back(std::make_shared<const LiveFiles>(manifest));
}

TEST(TableView, PutsACheapColumnFirstInsideAndSchemaOrderOutside) {
    EXPECT_EQ(
        *make_select(make_table(true), TailKind::kNone, false),
        R"x(SELECT "message_id", "type", "_log_offset", "odd ""name""" FROM (SELECT "type", )x"
        R"x("message_id", "_log_offset", "odd ""name""" FROM read_parquet()x"
        R"x(['/w/it''s.parquet','/w/b.parquet'], hive_partitioning => false)))x");
}

TEST(TableView, TheTailComesFromItsFunction) {
    const auto select = *make_select(make_table(true), TailKind::kEvents, true);
    EXPECT_THAT(select, HasSubstr("UNION ALL SELECT CAST(\"type\" AS VARCHAR) AS \"type\""));
    EXPECT_THAT(select, HasSubstr("FROM icelight_tail_events())"));
    EXPECT_THAT(*make_select(make_table(true), TailKind::kRejected, true),
                HasSubstr("FROM icelight_tail_rejected())"));
    EXPECT_THAT(*make_select(make_table(true), TailKind::kEvents, false),
                Not(HasSubstr("icelight_tail")));
}

TEST(TableView, ColumnsTheLogDoesNotKnowAreNullOfTheirType) {
    EXPECT_THAT(*make_select(make_table(false), TailKind::kEvents, true),
                HasSubstr(R"x(CAST(NULL AS DECIMAL(9,2)) AS "odd ""name""")x"));
}

TEST(TableView, EmptyTableStillHasTypes) {
    EXPECT_THAT(*make_select(make_table(false), TailKind::kNone, false),
                HasSubstr(R"x(CAST(NULL AS BIGINT) AS "_log_offset")x"));
    EXPECT_THAT(*make_select(make_table(false), TailKind::kNone, false), HasSubstr("WHERE false"));
    EXPECT_THAT(*make_select(make_table(true), TailKind::kEvents, false),
                Not(HasSubstr("UNION ALL")));
}

TEST(TableView, SeveralSchemasAreMatchedByFieldId) {
    auto table = make_table(true);
    table.is_read_by_id = true;
    EXPECT_THAT(*make_select(table, TailKind::kNone, false),
                HasSubstr("schema => MAP {1: {name: 'c1', type: 'VARCHAR', default_value: NULL}, "
                          "2: {name: 'c2'"));
}

TEST(TableView, AColumnWhoseTypeChangedIsHiddenFromFiltersOfJoins) {
    auto table = make_table(true);
    table.is_read_by_id = true;
    table.changed_types = {21};
    EXPECT_THAT(*make_select(table, TailKind::kNone, false),
                HasSubstr(R"(c1 AS "message_id", coalesce(c21, NULL) AS "_log_offset")"));
}

TEST(TableView, AColumnThatMayHoldNanIsHiddenFromStatisticsOfFiles) {
    auto table = make_table(false);
    table.schema.fields = {{1, "id", true, iceberg::TypeKind::kLong},
                           {2, "d", false, iceberg::TypeKind::kDouble}};
    LiveFiles manifest;
    manifest.files.resize(1);
    manifest.files[0].file.file_path = "/w/a.parquet";
    const auto select = [&] {
        table.data = {std::make_shared<const LiveFiles>(manifest)};
        return *make_select(table, TailKind::kNone, false);
    };
    const auto* const hidden = R"("id", CASE WHEN "d" IS NULL THEN NULL ELSE "d" END AS "d" FROM)";
    EXPECT_THAT(select(), HasSubstr(hidden)) << "the file does not say";
    manifest.files[0].file.nan_value_counts[2] = 1;
    EXPECT_THAT(select(), HasSubstr(hidden));
    manifest.files[0].file.nan_value_counts[2] = 0;
    EXPECT_THAT(select(), HasSubstr(R"(SELECT "id", "d" FROM read_parquet)"));
    iceberg::Type inside;
    inside.kind = iceberg::TypeKind::kStruct;
    inside.fields = {{3, "f", false, iceberg::TypeKind::kFloat}};
    table.schema.fields[1].type = inside;
    EXPECT_THAT(select(), HasSubstr(hidden)) << "of a member";
}

TEST(TableView, AnInitialDefaultIsWhatOlderFilesHold) {
    auto table = make_table(true);
    table.is_read_by_id = true;
    table.schema.fields[1].initial_default = R"("it's")";
    EXPECT_THAT(*make_select(table, TailKind::kNone, false),
                HasSubstr("2: {name: 'c2', type: 'VARCHAR', default_value: 'it''s'}"));
}

TEST(TableView, WildcardInAFileNameIsRefused) {
    auto table = make_table(true);
    LiveFiles manifest;
    manifest.files.resize(1);
    manifest.files[0].file.file_path = "/w/*.parquet";
    table.data.push_back(std::make_shared<const LiveFiles>(manifest));
    EXPECT_THAT(make_select(table, TailKind::kNone, false), IsError(ErrorCode::kUnsupported));
}

TEST(TableView, DeletedRowsAreLeftOutByAntiJoins) {
    auto table = make_table(true);
    add_deletes(table, iceberg::FileContent::kPositionDeletes);
    const auto positions = *make_select(table, TailKind::kNone, false);
    EXPECT_THAT(positions, HasSubstr("n.path = data.filename AND d.pos = data.file_row_number"));
    EXPECT_THAT(positions, HasSubstr("('file:///w/b.parquet', '/w/b.parquet')"));
    add_deletes(table, iceberg::FileContent::kEqualityDeletes, {1, 21});
    EXPECT_THAT(*make_select(table, TailKind::kNone, false),
                HasSubstr("d.c1 IS NOT DISTINCT FROM data.\"message_id\" AND d.c21 IS NOT DISTINCT "
                          "FROM data.\"_log_offset\""));
    add_deletes(table, iceberg::FileContent::kEqualityDeletes, {77});
    EXPECT_THAT(make_select(table, TailKind::kNone, false), IsError(ErrorCode::kUnsupported));
}

TEST(SqlType, NestedTypesAreSpelledOut) {
    iceberg::Type list(iceberg::TypeKind::kList);
    list.fields = {{2, "element", false, iceberg::TypeKind::kInt}};
    iceberg::Type inner(iceberg::TypeKind::kStruct);
    inner.fields = {{3, "a b", false, iceberg::TypeKind::kTimestamptz}, {4, "l", false, list}};
    iceberg::Type map(iceberg::TypeKind::kMap);
    map.fields = {{5, "key", true, iceberg::TypeKind::kString}, {6, "value", false, inner}};
    EXPECT_EQ(*sql_type_of(map),
              R"(MAP(VARCHAR, STRUCT("a b" TIMESTAMP WITH TIME ZONE, "l" INTEGER[])))");
    EXPECT_THAT(sql_type_of(iceberg::TypeKind::kOther), IsError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace icelight::query
