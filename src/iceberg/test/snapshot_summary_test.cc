#include "iceberg/snapshot_summary.h"

#include <gtest/gtest.h>

namespace icelight::iceberg {
namespace {

using Summary = std::map<std::string, std::string>;

SnapshotChanges append_of(std::int64_t files, std::int64_t records, std::int64_t bytes) {
    SnapshotChanges changes;
    changes.added_data_files = files;
    changes.added_records = records;
    changes.added_files_bytes = bytes;
    changes.changed_partitions = 1;
    return changes;
}

TEST(SnapshotSummary, OfTheFirstAppendHasItsOwnTotals) {
    EXPECT_EQ(make_summary(kOperationAppend, append_of(2, 10, 300), nullptr),
              (Summary{{"operation", "append"},
                       {"added-data-files", "2"},
                       {"added-records", "10"},
                       {"added-files-size", "300"},
                       {"changed-partition-count", "1"},
                       {"total-data-files", "2"},
                       {"total-records", "10"},
                       {"total-files-size", "300"},
                       {"total-delete-files", "0"},
                       {"total-position-deletes", "0"},
                       {"total-equality-deletes", "0"}}));
}

TEST(SnapshotSummary, AddsUpOverAppendsAndReplaces) {
    Snapshot parent;
    parent.summary = make_summary(kOperationAppend, append_of(8, 80, 800), nullptr);
    auto changes = append_of(1, 80, 700);
    changes.deleted_data_files = 8;
    changes.deleted_records = 80;
    changes.removed_files_bytes = 800;
    const auto summary = make_summary(kOperationReplace, changes, &parent);
    EXPECT_EQ(summary.at("total-data-files"), "1");
    EXPECT_EQ(summary.at("total-records"), "80");
    EXPECT_EQ(summary.at("total-files-size"), "700");
    EXPECT_EQ(summary.at("deleted-data-files"), "8");
    EXPECT_EQ(summary.at("removed-files-size"), "800");
}

TEST(SnapshotSummary, UnknownAndImpossibleTotalsStayUnknown) {
    Snapshot parent;
    parent.summary = {{"total-records", "many"},
                      {"total-data-files", "1"},
                      {"total-delete-files", "9223372036854775807"}};
    SnapshotChanges changes;
    changes.deleted_data_files = 5;
    changes.added_delete_files = 1;
    const auto summary = make_summary(kOperationDelete, changes, &parent);
    EXPECT_FALSE(summary.contains("total-records"));
    EXPECT_FALSE(summary.contains("total-data-files"));
    EXPECT_FALSE(summary.contains("total-delete-files"));
    EXPECT_FALSE(summary.contains("total-files-size"));
}

TEST(SnapshotSummary, OfAnEmptySnapshotRepeatsTheTotals) {
    Snapshot parent;
    parent.summary = make_summary(kOperationAppend, append_of(8, 80, 800), nullptr);
    const auto summary = make_summary(kOperationAppend, {}, &parent);
    EXPECT_EQ(summary.at("total-records"), "80");
    EXPECT_FALSE(summary.contains("added-records"));
}

}  // namespace
}  // namespace icelight::iceberg
