#include "query/plan/table_files.h"

#include <filesystem>

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"
#include "io/location.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

std::size_t file_count(const TableFiles& table) {
    std::size_t count = 0;
    for (const auto& manifest : table.data)
        count += manifest->files.size();
    EXPECT_EQ(count, table.data_files);
    return count;
}

std::int64_t row_count(const TableFiles& table) {
    std::int64_t count = 0;
    for (const auto& manifest : table.data) {
        for (const auto& live : manifest->files)
            count += live.file.record_count;
    }
    return count;
}

TEST(TableFiles, TableWithoutSnapshotHasASchemaAndNoFiles) {
    const testing::TinyLake lake;
    TableFilesCache cache(io::posix_file_system());
    const auto table = cache.load(lake.metadata_location("events"));
    ASSERT_THAT(table, IsOk());
    EXPECT_EQ((*table)->schema.fields.size(), 23U);
    EXPECT_FALSE((*table)->snapshot_id.has_value());
    EXPECT_EQ(file_count(**table), 0U);
}

TEST(TableFiles, EveryLiveFileIsListedOnce) {
    testing::TinyLake lake;
    for (int i = 0; i < 3; ++i) {
        lake.append(10, 1);
        lake.flush();
    }
    TableFilesCache cache(io::posix_file_system());
    const auto events = cache.load(lake.metadata_location("events"));
    ASSERT_THAT(events, IsOk());
    EXPECT_EQ(file_count(**events), 3U);
    EXPECT_EQ(row_count(**events), 30);
    EXPECT_EQ(row_count(**cache.load(lake.metadata_location("events__rejected"))), 3);
}

TEST(TableFiles, ATableIsReadAsItWas) {
    testing::TinyLake lake;
    std::vector<std::int64_t> snapshots;
    TableFilesCache cache(io::posix_file_system());
    for (int i = 0; i < 3; ++i) {
        lake.append(10);
        lake.flush();
        const auto now = cache.load(lake.metadata_location("events"));
        ASSERT_THAT(now, IsOk());
        snapshots.push_back((*now)->snapshot_id.value_or(0));
    }
    const auto location = lake.metadata_location("events");
    for (std::size_t i = 0; i < snapshots.size(); ++i) {
        const auto then =
            cache.load(location, AsOf{.snapshot_id = snapshots[i], .timestamp_ms = {}});
        ASSERT_THAT(then, IsOk());
        EXPECT_EQ(row_count(**then), static_cast<std::int64_t>(10 * (i + 1)));
    }
    EXPECT_THAT(cache.load(location, AsOf{.snapshot_id = {}, .timestamp_ms = 1}),
                IsError(ErrorCode::kInvalidArgument));
}

// What was read once is not read again: the files may even be gone.
TEST(TableFiles, NothingIsReadTwice) {
    testing::TinyLake lake;
    lake.append(10);
    lake.flush();
    TableFilesCache cache(io::posix_file_system());
    const auto first = lake.metadata_location("events");
    ASSERT_THAT(cache.load(first), IsOk());
    lake.append(10);
    lake.flush();
    std::filesystem::remove(*io::parse_location(first));
    EXPECT_THAT(cache.load(first), IsOk());
    const auto second = cache.load(lake.metadata_location("events"));
    ASSERT_THAT(second, IsOk());
    EXPECT_EQ(file_count(**second), 2U);
    EXPECT_EQ((*second)->data.size(), 2U);
}

TEST(TableFiles, MissingAndDamagedFilesAreNamed) {
    testing::TinyLake lake;
    lake.append(10);
    lake.flush();
    const auto location = lake.metadata_location("events");
    TableFilesCache cache(io::posix_file_system());
    EXPECT_THAT(cache.load(location + "x"), HasMessage("metadata.jsonx"));
    const auto folder = io::parse_location(location)->parent_path();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().native().ends_with("-m0.avro")) {
            std::filesystem::resize_file(entry.path(), 10);
        }
    }
    const auto damaged = cache.load(location);
    EXPECT_THAT(damaged, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(damaged, HasMessage("-m0.avro"));
}

}  // namespace
}  // namespace icelight::query
