#include "query/external/equality_deletes.h"

#include <string>

#include <gtest/gtest.h>

namespace icelight::query {
namespace {

std::string metadata(const std::string& fields, const std::string& summary, int current = 2) {
    return R"({"format-version":2,"partition-specs":[{"spec-id":0,"fields":[)" + fields +
           R"(]}],"current-snapshot-id":)" + std::to_string(current) +
           R"(,"snapshots":[{"snapshot-id":1,"summary":{"total-equality-deletes":"9"}},)"
           R"({"snapshot-id":2,"summary":{)" +
           summary + "}}]}";
}

const char* const kDay = R"({"source-id":1,"field-id":1000,"name":"d","transform":"day"})";

TEST(EqualityDeletes, TheCurrentSnapshotsSummarySaysIt) {
    const auto find = find_partitioned_equality_deletes;
    EXPECT_EQ(find(metadata(kDay, R"("total-equality-deletes":"0")")), Presence::kNone);
    EXPECT_EQ(find(metadata(kDay, R"("total-equality-deletes":"3")")), Presence::kSome);
    EXPECT_EQ(find(metadata(kDay, R"("operation":"append")")), Presence::kUnknown);
    EXPECT_EQ(find(metadata(kDay, R"("total-equality-deletes":0)")), Presence::kUnknown);
    EXPECT_EQ(find(metadata(kDay, "", 7)), Presence::kUnknown);
}

TEST(EqualityDeletes, WithoutPartitionsOrRowsThereIsNoneThatMatters) {
    const auto find = find_partitioned_equality_deletes;
    EXPECT_EQ(find(metadata("", R"("total-equality-deletes":"3")")), Presence::kNone);
    EXPECT_EQ(find(metadata(kDay, "", -1)), Presence::kNone);
    EXPECT_EQ(find(R"({"partition-specs":[{"fields":[{}]}],"current-snapshot-id":null})"),
              Presence::kNone);
}

TEST(EqualityDeletes, WhatCannotBeReadIsUnknown) {
    EXPECT_EQ(find_partitioned_equality_deletes("nonsense"), Presence::kUnknown);
    EXPECT_EQ(find_partitioned_equality_deletes("[]"), Presence::kUnknown);
    EXPECT_EQ(find_partitioned_equality_deletes(
                  R"({"partition-specs":[1],"current-snapshot-id":1,"snapshots":[]})"),
              Presence::kUnknown);
    EXPECT_EQ(
        find_partitioned_equality_deletes(R"({"partition-spec":[{}],"current-snapshot-id":1})"),
        Presence::kUnknown);
}

}  // namespace
}  // namespace icelight::query
