#include "iceberg/table_metadata.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsOk;
using testing::sample_table;

TEST(MetadataLog, KeepsAsManyVersionsAsTheTableSays) {
    auto table = sample_table();
    table.properties["write.metadata.previous-versions-max"] = "3";
    std::vector<std::string> dropped;
    for (int version = 0; version < 10; ++version) {
        const auto previous = table;
        auto gone = append_metadata_log(table, previous, std::to_string(version));
        dropped.insert(dropped.end(), gone.begin(), gone.end());
    }
    ASSERT_EQ(table.metadata_log.size(), 3U);
    EXPECT_EQ(table.metadata_log.back().metadata_file, "9");
    EXPECT_EQ(table.metadata_log.back().timestamp_ms, testing::kNowMs);
    EXPECT_EQ(dropped, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6"}));
}

TEST(MetadataLog, KeepsAHundredWhenTheTableSaysNothingOrNonsense) {
    for (const auto* value : {"", "x", "-1"}) {
        auto table = sample_table();
        if (*value != 0) table.properties["write.metadata.previous-versions-max"] = value;
        for (int version = 0; version < 120; ++version)
            append_metadata_log(table, table, "f");
        EXPECT_EQ(table.metadata_log.size(), 100U) << value;
    }
}

TEST(CheckMetadata, NamesWhatPointsNowhere) {
    EXPECT_THAT(check_metadata(sample_table(), ErrorCode::kCorruption), IsOk());
    auto table = sample_table();
    table.refs["dev"] = {.snapshot_id = 4};
    EXPECT_THAT(check_metadata(table, ErrorCode::kCorruption), HasMessage("refs.dev"));
    table = sample_table();
    table.snapshots = {{.snapshot_id = 4}, {.snapshot_id = 4}};
    EXPECT_THAT(check_metadata(table, ErrorCode::kCorruption), HasMessage("twice"));
    table = sample_table();
    table.snapshots = {{.snapshot_id = 4}, {.snapshot_id = 5}};
    table.current_snapshot_id = 4;
    table.refs["main"] = {.snapshot_id = 5};
    EXPECT_THAT(check_metadata(table, ErrorCode::kCorruption), HasMessage("refs.main"));
    table = sample_table();
    table.default_sort_order_id = 8;
    EXPECT_THAT(check_metadata(table, ErrorCode::kCorruption), HasMessage("default-sort-order-id"));
}

}  // namespace
}  // namespace icelight::iceberg
