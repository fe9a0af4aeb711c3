// The SELECT of a table with delete files, run by the engine over real files.
#include "query/plan/delete_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "engine/database.h"
#include "query/plan/table_view.h"

namespace icelight::query {
namespace {

using iceberg::FileContent;
using icelight::testing::IsError;
using icelight::testing::IsOk;

class DeleteFilesTest : public ::testing::Test {
protected:
    DeleteFilesTest() : database_(*engine::Database::open({})), session_(*database_.connect()) {
        table_.schema.fields = {{1, "id", true, iceberg::TypeKind::kLong},
                                {2, "word", false, iceberg::TypeKind::kString}};
    }

    std::string path(const std::string& name) const { return (directory_.path() / name).native(); }

    /// Writes what `select` gives, with field ids.
    LiveFile write(const std::string& name,
                   const std::string& select,
                   const std::string& field_ids,
                   std::int64_t sequence) {
        EXPECT_THAT(
            session_.execute(fmt::format("COPY ({}) TO '{}' (FORMAT parquet, FIELD_IDS {{{}}})",
                                         select,
                                         path(name),
                                         field_ids)),
            IsOk());
        LiveFile live;
        live.file.file_path = path(name);
        live.location = "file://" + path(name);
        live.sequence_number = sequence;
        return live;
    }

    static std::shared_ptr<const LiveFiles> manifest_of(LiveFile live) {
        LiveFiles manifest;
        manifest.files = {std::move(live)};
        return std::make_shared<const LiveFiles>(std::move(manifest));
    }

    /// Rows 0 .. 9, words a0 .. a9, NULL for 3.
    void add_data(const std::string& name, std::int64_t sequence) {
        table_.data.push_back(manifest_of(
            write(name,
                  "SELECT i AS id, CASE WHEN i <> 3 THEN 'a' || i END AS word FROM range(10) t(i)",
                  "id: 1, word: 2",
                  sequence)));
        ++table_.data_files;
    }

    void add_positions(const std::string& data, const std::string& rows, std::int64_t sequence) {
        auto live = write(
            "pos" + std::to_string(table_.deletes.size()),
            fmt::format(
                "SELECT 'file://{}' AS file_path, unnest([{}])::BIGINT AS pos", path(data), rows),
            "file_path: 2147483546, pos: 2147483545",
            sequence);
        live.file.content = FileContent::kPositionDeletes;
        table_.deletes.push_back(manifest_of(std::move(live)));
    }

    void add_equality(const std::string& select,
                      const std::string& field_ids,
                      std::vector<std::int32_t> ids,
                      std::int64_t sequence) {
        auto live =
            write("eq" + std::to_string(table_.deletes.size()), select, field_ids, sequence);
        live.file.content = FileContent::kEqualityDeletes;
        live.file.equality_ids = std::move(ids);
        table_.deletes.push_back(manifest_of(std::move(live)));
    }

    /// The ids that are left, in order.
    std::string ids() {
        const auto plan = plan_files(table_, {});
        if (!plan) return plan.error().message;
        const auto select = make_view_select(table_, *plan, TailKind::kNone, false);
        if (!select) return select.error().message;
        const auto text = session_.query_text(
            fmt::format("SELECT string_agg(id::VARCHAR, ' ' ORDER BY id) FROM ({})", *select));
        return text ? *text : text.error().message;
    }

    icelight::testing::TempDir directory_;
    engine::Database database_;
    engine::Session session_;
    TableFiles table_;
};

TEST_F(DeleteFilesTest, RowsAreDeletedByTheirPlace) {
    add_data("a", 1);
    add_data("b", 1);
    add_positions("a", "0, 1, 9", 2);
    EXPECT_EQ(ids(), "0 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9");
    add_positions("b", "5", 2);
    EXPECT_EQ(ids(), "0 1 2 2 3 3 4 4 5 6 6 7 7 8 8 9");
}

TEST_F(DeleteFilesTest, RowsAreDeletedByTheirValues) {
    add_data("a", 1);
    add_data("young", 2);
    add_equality("SELECT 4::BIGINT AS id", "id: 1", {1}, 2);
    EXPECT_EQ(ids(), "0 0 1 1 2 2 3 3 4 5 5 6 6 7 7 8 8 9 9");
    add_equality("SELECT 'a5' AS word, 5::BIGINT AS id UNION ALL SELECT 'a6', 7",
                 "word: 2, id: 1",
                 {1, 2},
                 2);
    EXPECT_EQ(ids(), "0 0 1 1 2 2 3 3 4 5 6 6 7 7 8 8 9 9");
}

TEST_F(DeleteFilesTest, NullIsDeletedByNull) {
    add_data("a", 1);
    add_equality("SELECT NULL::VARCHAR AS word", "word: 2", {2}, 2);
    EXPECT_EQ(ids(), "0 1 2 4 5 6 7 8 9");
}

TEST_F(DeleteFilesTest, BothKindsAndAColumnRenamedSince) {
    add_data("a", 1);
    add_positions("a", "0", 2);
    add_equality("SELECT 'a2' AS word", "word: 2", {2}, 3);
    table_.schema.fields[1].name = "term";
    table_.is_read_by_id = true;
    EXPECT_EQ(ids(), "1 3 4 5 6 7 8 9");
}

TEST_F(DeleteFilesTest, RowsAreDeletedByAColumnThatWasDroppedSince) {
    add_data("a", 1);
    add_equality("SELECT 'a2' AS word, 2::BIGINT AS id UNION ALL SELECT 'a5', 6",
                 "word: 2, id: 1",
                 {1, 2},
                 2);
    add_data("young", 3);
    table_.dropped = {table_.schema.fields[1]};
    table_.schema.fields.resize(1);
    table_.is_read_by_id = true;
    EXPECT_EQ(ids(), "0 0 1 1 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9");
}

TEST_F(DeleteFilesTest, DeletesByAForgottenColumnAreRefused) {
    add_data("a", 1);
    add_equality("SELECT 1 AS gone", "gone: 9", {9}, 2);
    const auto plan = plan_files(table_, {});
    EXPECT_THAT(make_delete_conditions(plan->groups.at(0), table_),
                IsError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace icelight::query
