#include "lake/append.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {
namespace {

using testing::IsOk;

class AppendTest : public ::testing::Test {
protected:
    AppendTest() {
        layout_.schema = make_schema(Table::kEvents);
        layout_.spec = make_partition_spec(Table::kEvents);
        layout_.sort_order_id = 1;
        layout_.directory = dir_.path() / "events";
        for (const int day : {20781, 20780}) {
            WrittenDataFile file;
            file.day = day;
            file.path = data_path(layout_.directory, day, "x");
            file.row_count = 10;
            file.file_bytes = 1000;
            file.column_sizes = {{1, 400}};
            file.value_counts = {{1, 10}};
            file.null_value_counts = {{1, 0}};
            file.lower_bounds = {{1, "a"}};
            file.upper_bounds = {{1, "b"}};
            file.split_offsets = {4};
            files_.push_back(file);
        }
    }

    testing::TempDir dir_;
    TableLayout layout_;
    std::vector<WrittenDataFile> files_;
    const catalog::TableIdent ident_{{"analytics"}, "events"};
    const Uuid commit_id_ = make_uuid_v7(1'700'000'000'000'000);
};

TEST_F(AppendTest, TheManifestDescribesTheFiles) {
    io::FileSystem& disk = io::posix_file_system();
    const auto append = store_append(disk, ident_, layout_, commit_id_, {&files_[0], &files_[1]});
    ASSERT_THAT(append, IsOk());
    EXPECT_EQ(append->added.files, 2);
    EXPECT_EQ(append->added.records, 20);
    EXPECT_EQ(append->added.bytes, 2000);
    EXPECT_EQ(append->added.partitions, 2);
    ASSERT_TRUE(append->manifest.has_value());
    EXPECT_EQ(append->manifest->added_files_count, 2);
    EXPECT_EQ(append->manifest->added_rows_count, 20);
    const auto bytes = disk.read_file(manifest_path(layout_, commit_id_), 1u << 20);
    ASSERT_THAT(bytes, IsOk());
    EXPECT_EQ(append->manifest->manifest_length, static_cast<std::int64_t>(bytes->size()));
    const auto manifest = iceberg::decode_manifest(*bytes);
    ASSERT_THAT(manifest, IsOk());
    ASSERT_EQ(manifest->entries.size(), 2u);
    EXPECT_EQ(manifest->entries[0].data_file, make_data_file(files_[0], layout_));
    EXPECT_EQ(manifest->entries[0].data_file.sort_order_id, 1);
    EXPECT_EQ(manifest->entries[0].data_file.file_path, io::file_location(files_[0].path));
    EXPECT_FALSE(manifest->entries[0].snapshot_id.has_value());
}

TEST_F(AppendTest, ColumnsThatAClientDroppedAreNotDescribed) {
    files_[0].value_counts[17] = 10;
    files_[0].lower_bounds[17] = "a";
    EXPECT_TRUE(make_data_file(files_[0], layout_).value_counts.contains(17)) << "control";
    std::erase_if(layout_.schema.fields, [](const auto& field) { return field.id == 17; });
    const auto described = make_data_file(files_[0], layout_);
    EXPECT_EQ(described.value_counts, (std::map<std::int32_t, std::int64_t>{{1, 10}}));
    EXPECT_FALSE(described.lower_bounds.contains(17));
}

TEST_F(AppendTest, WithoutFilesNothingIsStored) {
    const auto append = store_append(io::posix_file_system(), ident_, layout_, commit_id_, {});
    ASSERT_THAT(append, IsOk());
    EXPECT_FALSE(append->manifest.has_value());
    EXPECT_FALSE(std::filesystem::exists(layout_.directory));
}

TEST_F(AppendTest, AnExistingManifestIsNotReplaced) {
    io::FileSystem& disk = io::posix_file_system();
    ASSERT_THAT(store_append(disk, ident_, layout_, commit_id_, {&files_[0]}), IsOk());
    EXPECT_FALSE(store_append(disk, ident_, layout_, commit_id_, {&files_[1]}));
}

}  // namespace
}  // namespace icelight::lake
