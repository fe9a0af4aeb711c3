#include "lake/tables.h"

#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "event/columns.h"
#include "io/file_system.h"

namespace icelight::lake {
namespace {

using testing::HasMessage;
using testing::IsError;
using testing::IsOk;

class TablesTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto catalog = catalog::sqlite::open_catalog(
            {.database = dir_.path() / "catalog.db", .warehouse = dir_.path() / "warehouse"},
            io::posix_file_system(),
            clock_);
        ASSERT_THAT(catalog, IsOk());
        catalog_ = std::move(*catalog);
    }

    void TearDown() override {
        if (catalog_) {
            EXPECT_THAT(catalog_->close(deadline_in(std::chrono::seconds(5))), IsOk());
        }
    }

    testing::TempDir dir_;
    testing::FakeClock clock_;
    std::unique_ptr<catalog::Catalog> catalog_;
};

TEST_F(TablesTest, BothTablesAreCreatedEmptyOnce) {
    for (int i = 0; i < 2; ++i)
        ASSERT_THAT(ensure_tables(*catalog_, {}, clock_), IsOk());
    const auto names = catalog_->list_tables({"analytics"});
    ASSERT_THAT(names, IsOk());
    EXPECT_EQ(names->size(), 2u);
    const auto events = catalog_->load_table(ident_of({}, Table::kEvents));
    ASSERT_THAT(events, IsOk());
    EXPECT_EQ(events->metadata->location,
              "file://" + (dir_.path() / "warehouse/analytics/events").string());
    EXPECT_EQ(events->metadata->default_sort_order_id, 0);
    EXPECT_EQ(events->metadata->current_snapshot(), nullptr);
    const iceberg::Schema* schema = events->metadata->current_schema();
    ASSERT_NE(schema, nullptr);
    ASSERT_EQ(schema->fields.size(), event::kEventColumnCount);
    for (std::size_t i = 0; i < schema->fields.size(); ++i) {
        EXPECT_EQ(schema->fields[i].id, event::kEventColumns[i].id);
        EXPECT_EQ(schema->fields[i].name, event::kEventColumns[i].name);
        EXPECT_EQ(schema->fields[i].is_required, event::kEventColumns[i].is_required);
        EXPECT_EQ(iceberg::type_text(schema->fields[i].type),
                  event::iceberg_type_name(event::kEventColumns[i].type));
    }
}

TEST_F(TablesTest, NamespaceAndTableNamesAreOptions) {
    const TableNames names{{"prod", "web"}, "hits"};
    ASSERT_THAT(ensure_tables(*catalog_, names, clock_), IsOk());
    EXPECT_THAT(catalog_->load_table({{"prod", "web"}, "hits"}), IsOk());
    EXPECT_THAT(catalog_->load_table({{"prod", "web"}, "hits__rejected"}), IsOk());
}

TEST_F(TablesTest, TheLayoutIsFoundInWhatWasCreated) {
    ASSERT_THAT(ensure_tables(*catalog_, {}, clock_), IsOk());
    for (const Table table : {Table::kEvents, Table::kRejected}) {
        const auto loaded = catalog_->load_table(ident_of({}, table));
        ASSERT_THAT(loaded, IsOk());
        const auto layout = find_layout(*loaded->metadata, table);
        ASSERT_THAT(layout, IsOk());
        EXPECT_EQ(layout->spec.spec_id, 0);
        EXPECT_EQ(layout->sort_order_id.has_value(), table == Table::kEvents);
        EXPECT_EQ(layout->sort_order_id.value_or(1), 1);
    }
}

TEST_F(TablesTest, ATableWithoutOurPartitionSpecIsRefused) {
    ASSERT_THAT(ensure_tables(*catalog_, {}, clock_), IsOk());
    const auto loaded = catalog_->load_table(ident_of({}, Table::kEvents));
    ASSERT_THAT(loaded, IsOk());
    iceberg::TableMetadata changed = *loaded->metadata;
    changed.partition_specs[0].fields.clear();
    const auto layout = find_layout(changed, Table::kEvents);
    EXPECT_THAT(layout, IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(layout, HasMessage("day(__ingest_ts)"));
}

TEST(Tables, DataPathsNameTheDay) {
    EXPECT_EQ(data_path("/w/t", 20781, "id"), "/w/t/data/__ingest_ts_day=2026-11-24/id.parquet");
}

}  // namespace
}  // namespace icelight::lake
