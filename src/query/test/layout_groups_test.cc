// Files whose own schemas tell where the columns are, read by the engine.
#include "query/plan/layout_groups.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "engine/database.h"
#include "query/plan/partition_value.h"
#include "query/plan/table_view.h"

namespace icelight::query {
namespace {

using iceberg::TypeKind;
using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

class LayoutGroupsTest : public ::testing::Test {
protected:
    LayoutGroupsTest() : database_(*engine::Database::open({})), session_(*database_.connect()) {
        table_.schema.fields = {{1, "id", false, TypeKind::kLong},
                                {2, "word", false, TypeKind::kString},
                                {3, "day", false, TypeKind::kDate}};
        table_.is_read_by_id = table_.needs_layouts = true;
    }

    void set_mapping(std::string_view json) {
        table_.name_mapping = iceberg::parse_name_mapping(json);
    }

    std::string path(const std::string& name) const { return (directory_.path() / name).native(); }

    /// A manifest with one file of what `select` gives; without ids when none are named.
    LiveFiles& add(const std::string& name,
                   const std::string& select,
                   const std::string& ids = {}) {
        const auto options = ids.empty() ? "" : fmt::format(", FIELD_IDS {{{}}}", ids);
        EXPECT_THAT(session_.execute(fmt::format(
                        "COPY ({}) TO '{}' (FORMAT parquet{})", select, path(name), options)),
                    IsOk());
        auto manifest = std::make_shared<LiveFiles>();
        manifest->files.resize(1);
        manifest->files[0].file.file_path = path(name);
        manifest->files[0].location = "file://" + path(name);
        table_.data.push_back(manifest);
        ++table_.data_files;
        return *manifest;
    }

    void partition_by_day(LiveFiles& manifest, iceberg::Value days) {
        manifest.spec.fields = {{3, 1000, "day", {iceberg::TransformKind::kIdentity}}};
        manifest.partition = {{1000, "day", false, TypeKind::kDate}};
        manifest.files[0].file.partition = {std::move(days)};
    }

    Result<FilePlan> plan() {
        ICE_ASSIGN(auto plan, plan_files(table_, {}));
        ICE_TRY(layouts_.load(session_, plan));
        ICE_TRY(divide_by_layout(table_, layouts_, plan));
        return plan;
    }

    /// All rows in order, or the error.
    std::string rows() {
        const auto planned = plan();
        if (!planned) return planned.error().message;
        const auto select = make_view_select(table_, *planned, TailKind::kNone, false);
        if (!select) return select.error().message;
        const auto text = session_.query_text(
            fmt::format("SELECT list(t ORDER BY id)::VARCHAR FROM ({}) t", *select));
        return text ? *text : text.error().message;
    }

    icelight::testing::TempDir directory_;
    engine::Database database_;
    engine::Session session_;
    FileLayouts layouts_;
    TableFiles table_;
};

constexpr std::string_view kMapping =
    R"([{"field-id": 1, "names": ["id", "old_id"]}, {"field-id": 2, "names": ["text"]}])";

TEST_F(LayoutGroupsTest, FilesWithIdsStayTogetherAndOthersGoByTheMapping) {
    set_mapping(kMapping);
    add("a", "SELECT 0 AS n, 'zero' AS m", "n: 1, m: 2");
    add("b", "SELECT 1 AS o, 'one' AS p, DATE '2020-01-01' AS q", "o: 1, p: 2, q: 3");
    add("c", "SELECT 2::BIGINT AS id, 'two' AS text, 'x' AS word");
    add("d", "SELECT 3 AS old_id");
    EXPECT_EQ(rows(),
              "[{'id': 0, 'word': zero, 'day': NULL}, {'id': 1, 'word': one, 'day': 2020-01-01}, "
              "{'id': 2, 'word': two, 'day': NULL}, {'id': 3, 'word': NULL, 'day': NULL}]");
    const auto groups = plan()->groups;
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups[0].files.size(), 2U);
    EXPECT_FALSE(groups[0].sources);
}

TEST_F(LayoutGroupsTest, FilesThatNamesAloneFindAreReadByName) {
    set_mapping(R"([{"field-id": 1, "names": ["id"]}, {"field-id": 2, "names": ["word", "text"]},
        {"field-id": 3, "names": ["day"]}])");
    table_.is_read_by_id = false;
    add("a", "SELECT 0::BIGINT AS id, 'zero' AS word, DATE '2020-01-01' AS day");
    EXPECT_FALSE(plan()->groups.at(0).sources);
    add("b", "SELECT 1::INTEGER AS id, 'one' AS word, DATE '2020-01-01' AS day");
    add("c", "SELECT 2::BIGINT AS id, 'two' AS text, 'x' AS day2");
    EXPECT_EQ(plan()->groups.size(), 3U);
    EXPECT_EQ(rows(),
              "[{'id': 0, 'word': zero, 'day': 2020-01-01}, {'id': 1, 'word': one, 'day': "
              "2020-01-01}, {'id': 2, 'word': two, 'day': NULL}]");
}

TEST_F(LayoutGroupsTest, ColumnsWithoutAnIdAreNotThereInAFileWithSome) {
    set_mapping(kMapping);
    add("a", "SELECT 'x' AS text, 5 AS n", "n: 1");
    EXPECT_EQ(rows(), "[{'id': 5, 'word': NULL, 'day': NULL}]");
}

TEST_F(LayoutGroupsTest, ValuesOfThePartitionStandForColumnsThatFilesLack) {
    set_mapping(kMapping);
    partition_by_day(add("a", "SELECT 0 AS id"), std::int32_t{0});
    partition_by_day(add("b", "SELECT 1 AS id"), std::int32_t{-1});
    partition_by_day(add("c", "SELECT 2 AS id"), std::monostate{});
    partition_by_day(add("d", "SELECT 3 AS i", "i: 1"), std::int32_t{1});
    partition_by_day(add("e", "SELECT 4 AS i, DATE '1999-01-01' AS d", "i: 1, d: 3"),
                     std::int32_t{1});
    EXPECT_EQ(rows(),
              "[{'id': 0, 'word': NULL, 'day': 1970-01-01}, {'id': 1, 'word': NULL, 'day': "
              "1969-12-31}, {'id': 2, 'word': NULL, 'day': NULL}, {'id': 3, 'word': NULL, 'day': "
              "1970-01-02}, {'id': 4, 'word': NULL, 'day': 1999-01-01}]");
    EXPECT_EQ(plan()->groups.size(), 3U) << "not one for each value";
}

TEST_F(LayoutGroupsTest, AFileThatIsListedTwiceIsReadTwice) {
    set_mapping(kMapping);
    partition_by_day(add("a", "SELECT 0 AS id"), std::int32_t{0});
    partition_by_day(add("a", "SELECT 0 AS id"), std::int32_t{0});
    EXPECT_EQ(rows(),
              "[{'id': 0, 'word': NULL, 'day': 1970-01-01}, {'id': 0, 'word': NULL, 'day': "
              "1970-01-01}]");
}

TEST_F(LayoutGroupsTest, AnInitialDefaultComesAfterTheMappingAndThePartition) {
    set_mapping(kMapping);
    table_.schema.fields[1].initial_default = R"("its")";
    table_.schema.fields[2].initial_default = R"("2000-01-01")";
    partition_by_day(add("a", "SELECT 0 AS id"), std::int32_t{0});
    add("b", "SELECT 1 AS id, NULL::VARCHAR AS text");
    EXPECT_EQ(rows(),
              "[{'id': 0, 'word': its, 'day': 1970-01-01}, {'id': 1, 'word': NULL, 'day': "
              "2000-01-01}]");
}

TEST_F(LayoutGroupsTest, RowsAreDeletedByColumnsWhereverTheyAre) {
    set_mapping(kMapping);
    partition_by_day(add("a", "SELECT i AS old_id FROM range(3) t(i)"), std::int32_t{0});
    auto manifest = std::make_shared<LiveFiles>(
        add("eq",
            "SELECT 1::BIGINT AS a, DATE '1970-01-01' AS b, NULL::VARCHAR AS c",
            "a: 1, b: 3, c: 2"));
    table_.data.pop_back();
    manifest->files[0].file.content = iceberg::FileContent::kEqualityDeletes;
    manifest->files[0].file.equality_ids = {1, 2, 3};
    manifest->files[0].sequence_number = 1;
    table_.deletes = {manifest};
    EXPECT_EQ(rows(),
              "[{'id': 0, 'word': NULL, 'day': 1970-01-01}, {'id': 2, 'word': NULL, 'day': "
              "1970-01-01}]");
}

TEST_F(LayoutGroupsTest, WithoutAMappingOrWithABadOneFilesWithoutIdsAreRefused) {
    add("a", "SELECT 0 AS n", "n: 1");
    EXPECT_THAT(plan(), IsOk());
    set_mapping("[1]");
    EXPECT_THAT(plan(), IsOk()) << "no file needs it";
    add("b", "SELECT 1 AS id");
    EXPECT_THAT(plan(), HasMessage("schema.name-mapping.default is not a name mapping: fields[0]"));
    table_.name_mapping.reset();
    EXPECT_THAT(plan(), IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(plan(), HasMessage("set its property schema.name-mapping.default"));
}

TEST_F(LayoutGroupsTest, NoMoreWaysThanScansMayBe) {
    set_mapping(kMapping);
    for (std::size_t i = 0; i <= kFileGroupsMax; ++i) {
        table_.schema.fields.push_back(
            {static_cast<std::int32_t>(i) + 10, fmt::format("n{}", i), false, TypeKind::kLong});
        add(fmt::format("f{}", i),
            fmt::format("SELECT 1 AS n{}", i),
            fmt::format("n{}: {}", i, i + 10));
    }
    EXPECT_EQ(plan()->groups.size(), 1U);
    table_.is_read_by_id = false;
    EXPECT_THAT(plan(), HasMessage("in more than 64 ways"));
}

TEST_F(LayoutGroupsTest, AFilesFooterIsReadOnce) {
    set_mapping(kMapping);
    add("a", "SELECT 0 AS id");
    add("b", "SELECT 1 AS id");
    ASSERT_THAT(plan(), IsOk());
    EXPECT_EQ(layouts_.find(path("a")), layouts_.find(path("b"))) << "shared";
    std::filesystem::remove(path("a"));
    EXPECT_THAT(plan(), IsOk());
    FileLayouts others;
    EXPECT_FALSE(others.load(session_, *plan_files(table_, {})).has_value());
}

TEST_F(LayoutGroupsTest, AWildcardInAFileNameIsRefused) {
    set_mapping(kMapping);
    add("a", "SELECT 0 AS id").files[0].file.file_path = path("*");
    EXPECT_THAT(plan(), HasMessage("in a file name, which the engine would follow"));
}

TEST(PartitionValue, OnlyAnIdentityTransformTellsTheValue) {
    LiveFiles manifest;
    manifest.spec.fields = {{3, 1000, "bucket", {iceberg::TransformKind::kBucket}},
                            {3, 1001, "same", {iceberg::TransformKind::kIdentity}}};
    manifest.partition = {{1000, "bucket", false, TypeKind::kInt},
                          {1001, "same", false, TypeKind::kLong}};
    LiveFile file;
    file.file.partition = {std::int32_t{1}, std::int64_t{7}};
    EXPECT_EQ(find_partition_value(manifest, file, 3), 1U);
    EXPECT_EQ(find_partition_value(manifest, file, 4), std::nullopt);
    file.file.partition = {std::int32_t{1}};
    EXPECT_EQ(find_partition_value(manifest, file, 3), std::nullopt);
}

}  // namespace
}  // namespace icelight::query
