#include "query/plan/file_plan.h"

#include <cstdio>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "query/plan/table_view.h"

namespace icelight::query {
namespace {

using iceberg::FileContent;
using iceberg::Value;
using icelight::testing::IsError;
using icelight::testing::IsOk;

/// Builds a table partitioned by one int, file by file.
class TableBuilder {
public:
    void add_data(const std::string& name, std::int32_t partition, std::int64_t sequence) {
        table_.data.push_back(make(name, FileContent::kData, partition, sequence));
        ++table_.data_files;
    }

    LiveFiles& add_deletes(const std::string& name,
                           FileContent content,
                           std::int32_t partition,
                           std::int64_t sequence) {
        auto manifest = make(name, content, partition, sequence);
        table_.deletes.push_back(manifest);
        return *manifest;
    }

    /// "data1+pos1,eq1; …" of the plan.
    std::string plan() const {
        const auto plan = plan_files(table_, {});
        if (!plan) return plan.error().message;
        std::string text;
        for (const auto& group : plan->groups) {
            for (const auto* const list :
                 {&group.files, &group.position_deletes, &group.equality_deletes}) {
                for (const auto* const live : *list)
                    text += live->file.file_path + " ";
                text += list == &group.equality_deletes ? "; " : "| ";
            }
        }
        return text;
    }

    TableFiles& table() { return table_; }

private:
    static std::shared_ptr<LiveFiles> make(const std::string& name,
                                           FileContent content,
                                           std::int32_t partition,
                                           std::int64_t sequence) {
        auto manifest = std::make_shared<LiveFiles>();
        manifest->spec.fields = {{.source_id = 1, .field_id = 1000, .name = "p", .transform = {}}};
        manifest->partition = {{1000, "p", false, iceberg::TypeKind::kInt}};
        LiveFile live;
        live.file.content = content;
        live.file.file_path = name;
        live.location = "file:///" + name;
        live.file.record_count = 10;
        live.file.file_size_bytes = 100;
        live.file.partition = {Value(partition)};
        live.sequence_number = sequence;
        manifest->files.push_back(live);
        return manifest;
    }

    TableFiles table_;
};

TEST(FilePlan, FilesWithoutDeletesAreOneGroup) {
    TableBuilder builder;
    builder.add_data("a", 1, 1);
    builder.add_data("b", 2, 2);
    EXPECT_EQ(builder.plan(), "a b | | ; ");
    const auto plan = plan_files(builder.table(), {});
    EXPECT_EQ(plan->rows, 20U);
    EXPECT_EQ(plan->bytes, 200U);
    EXPECT_EQ(plan->skipped, 0U);
}

TEST(FilePlan, PositionDeletesApplyToFilesOfTheirPartitionThatAreNotYounger) {
    TableBuilder builder;
    builder.add_data("old", 1, 1);
    builder.add_data("same", 1, 5);
    builder.add_data("young", 1, 6);
    builder.add_data("elsewhere", 2, 1);
    builder.add_deletes("pos", FileContent::kPositionDeletes, 1, 5);
    EXPECT_EQ(builder.plan(), "young elsewhere | | ; old same | pos | ; ");
}

TEST(FilePlan, EqualityDeletesApplyToOlderFilesOnly) {
    TableBuilder builder;
    builder.add_data("old", 1, 4);
    builder.add_data("same", 1, 5);
    builder.add_data("elsewhere", 2, 1);
    auto& deletes = builder.add_deletes("eq", FileContent::kEqualityDeletes, 1, 5);
    EXPECT_EQ(builder.plan(), "same elsewhere | | ; old | | eq ; ");
    // Without a partition they are of all, also when its fields were voided.
    deletes.spec.fields[0].transform.kind = iceberg::TransformKind::kVoid;
    deletes.files[0].file.partition = {Value()};
    EXPECT_EQ(builder.plan(), "same | | ; old elsewhere | | eq ; ");
    deletes.spec.fields.clear();
    deletes.files[0].file.partition.clear();
    EXPECT_EQ(builder.plan(), "same | | ; old elsewhere | | eq ; ");
}

TEST(FilePlan, PositionDeletesThatNameOtherFilesAreNotRead) {
    TableBuilder builder;
    builder.add_data("a", 1, 1);
    builder.add_data("b", 1, 1);
    builder.add_deletes("pos", FileContent::kPositionDeletes, 1, 5)
        .files[0]
        .file.lower_bounds[2'147'483'546] = "file:///b";
    EXPECT_EQ(builder.plan(), "a | | ; b | pos | ; ");
    builder.add_deletes("one", FileContent::kPositionDeletes, 1, 5)
        .files[0]
        .file.referenced_data_file = "file:///a";
    EXPECT_EQ(builder.plan(), "a | one | ; b | pos | ; ");
}

TEST(FilePlan, APartitionIsTheSameAfterItsSourceWasWidened) {
    TableBuilder builder;
    builder.add_data("a", 1, 1);
    builder.add_data("b", 2, 1);
    builder.add_deletes("pos", FileContent::kPositionDeletes, 1, 5).files[0].file.partition = {
        Value(std::int64_t{1})};
    EXPECT_EQ(builder.plan(), "b | | ; a | pos | ; ");
}

TEST(FilePlan, NanIsOnePartitionAndTheTwoZerosAreTwo) {
    TableFiles table;
    const auto add = [](auto& manifests, const char* name, FileContent content, double part) {
        LiveFiles manifest;
        manifest.spec.fields = {{.source_id = 1, .field_id = 1000, .name = "p", .transform = {}}};
        LiveFile live;
        live.file.content = content;
        live.file.file_path = name;
        live.file.partition = {Value(part)};
        live.sequence_number = content == FileContent::kData ? 1 : 2;
        manifest.files.push_back(live);
        manifests.push_back(std::make_shared<const LiveFiles>(manifest));
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    add(table.data, "nan", FileContent::kData, nan);
    add(table.data, "zero", FileContent::kData, 0.0);
    add(table.data, "negative", FileContent::kData, -0.0);
    add(table.deletes, "of nan", FileContent::kEqualityDeletes, nan);
    add(table.deletes, "of zero", FileContent::kEqualityDeletes, 0.0);
    const auto plan = plan_files(table, {});
    ASSERT_THAT(plan, IsOk());
    std::vector<std::string> found;
    for (const auto& group : plan->groups) {
        found.push_back(group.files.at(0)->file.file_path);
        for (const auto* const live : group.equality_deletes)
            found.back() += " - " + live->file.file_path;
    }
    EXPECT_EQ(found, (std::vector<std::string>{"negative", "nan - of nan", "zero - of zero"}));
}

TEST(FilePlan, SkippedFilesAreCounted) {
    TableBuilder builder;
    for (std::int32_t partition = 0; partition < 10; ++partition)
        builder.add_data("f" + std::to_string(partition), partition, 1);
    const Condition condition{
        1, iceberg::TypeKind::kInt, Comparison::kEqual, {Value(std::int32_t{7})}};
    const auto plan = plan_files(builder.table(), {{condition}});
    ASSERT_THAT(plan, IsOk());
    EXPECT_EQ(plan->skipped, 9U);
    ASSERT_EQ(plan->groups.size(), 1U);
    EXPECT_EQ(plan->groups[0].files[0]->file.file_path, "f7");
}

TEST(FilePlan, TooManyKindsOfDeletesAreRefused) {
    TableBuilder builder;
    for (int i = 0; i < 70; ++i) {
        const auto name = "f" + std::to_string(i);
        builder.add_data(name, 1, 1);
        builder.add_deletes("d" + name, FileContent::kPositionDeletes, 1, 5)
            .files[0]
            .file.referenced_data_file = "file:///" + name;
    }
    EXPECT_THAT(plan_files(builder.table(), {}), IsError(ErrorCode::kUnsupported));
}

// The manifests are cached; what is left of planning is this and the view's text.
TEST(FilePlan, TenThousandFilesArePlannedInMilliseconds) {
    TableFiles table;
    table.schema.fields = {{1, "n", false, iceberg::TypeKind::kLong}};
    LiveFiles manifest;
    for (std::int64_t i = 0; i < 10'000; ++i) {
        LiveFile live;
        live.file.file_path =
            "/data/warehouse/analytics/events/data/" + std::to_string(i) + ".parquet";
        live.file.lower_bounds[1] = iceberg::encode_value(iceberg::TypeKind::kLong, Value(i * 10));
        live.file.upper_bounds[1] =
            iceberg::encode_value(iceberg::TypeKind::kLong, Value(i * 10 + 9));
        manifest.files.push_back(std::move(live));
    }
    table.data.push_back(std::make_shared<const LiveFiles>(std::move(manifest)));
    table.data_files = 10'000;
    const auto took = [&](const std::vector<Conditions>& mentions, std::size_t left) {
        const auto begin = system_clock().steady();
        const auto plan = plan_files(table, mentions);
        EXPECT_EQ(plan->groups.at(0).files.size(), left);
        EXPECT_THAT(make_view_select(table, *plan, TailKind::kNone, false), IsOk());
        return std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() -
                                                                     begin)
            .count();
    };
    const Condition narrow{
        1, iceberg::TypeKind::kLong, Comparison::kEqual, {Value(std::int64_t{55'555})}};
    const auto one = took({{narrow}}, 1);
    const auto all = took({}, 10'000);
    printf("10,000 files: one left %ld us, all left %ld us\n", one, all);
    if (std::getenv("TEST_ALL") != nullptr) {  // NOLINT: one thread
        EXPECT_LT(one, 150'000);
    }
}

}  // namespace
}  // namespace icelight::query
