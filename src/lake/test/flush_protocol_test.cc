#include "lake/flush/flush_protocol.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::lake {
namespace {

using testing::IsError;
using testing::IsOk;

FlushJob sample_job() {
    FlushJob job;
    job.log_directory = "/data/log";
    job.from = 1u << 20;
    job.to = 1ull << 40;
    job.bytes_max = 5;
    job.poison = {3, 1ull << 50};
    return job;
}

std::vector<WrittenDataFile> sample_files() {
    WrittenDataFile file;
    file.table = Table::kRejected;
    file.day = -3;
    file.path = "/w/data/x.parquet";
    file.row_count = 7;
    file.file_bytes = 1ll << 40;
    file.column_sizes = {{1, 100}};
    file.value_counts = {{1, 7}, {22, 7}};
    file.null_value_counts = {{22, 7}};
    file.lower_bounds = {{1, std::string("\0a", 2)}};
    file.upper_bounds = {{1, ""}};
    file.split_offsets = {4, 1000};
    return {file, WrittenDataFile{}};
}

TEST(FlushProtocol, WhatIsEncodedIsDecoded) {
    const auto job = decode_job(encode_job(sample_job()));
    ASSERT_THAT(job, IsOk());
    EXPECT_EQ(job->log_directory, "/data/log");
    EXPECT_EQ(job->to, 1ull << 40);
    EXPECT_EQ(job->poison, sample_job().poison);

    const FlushPlan plan{9, -5, {{Table::kEvents, -1, 4}, {Table::kRejected, 20000, 1}}};
    const auto plan_back = decode_plan(encode_plan(plan));
    ASSERT_THAT(plan_back, IsOk());
    EXPECT_EQ(plan_back->to, 9u);
    EXPECT_EQ(plan_back->oldest_us, -5);
    ASSERT_EQ(plan_back->files.size(), 2u);
    EXPECT_EQ(plan_back->files[0].day, -1);
    EXPECT_EQ(plan_back->files[1].table, Table::kRejected);

    const auto paths = decode_paths(encode_paths({"/a", "/b c"}));
    ASSERT_THAT(paths, IsOk());
    EXPECT_EQ(*paths, (std::vector<std::filesystem::path>{"/a", "/b c"}));

    const auto files = decode_written(encode_written(sample_files()));
    ASSERT_THAT(files, IsOk());
    ASSERT_EQ(files->size(), 2u);
    const WrittenDataFile& file = files->at(0);
    EXPECT_EQ(file.day, -3);
    EXPECT_EQ(file.path, "/w/data/x.parquet");
    EXPECT_EQ(file.value_counts, sample_files()[0].value_counts);
    EXPECT_EQ(file.lower_bounds, sample_files()[0].lower_bounds);
    EXPECT_EQ(file.split_offsets, sample_files()[0].split_offsets);

    const Error error = decode_error(encode_error({ErrorCode::kIo, "disk"}));
    EXPECT_EQ(error.code, ErrorCode::kIo);
    EXPECT_EQ(error.message, "disk");
}

TEST(FlushProtocol, EveryTruncationIsRefused) {
    const std::string job = encode_job(sample_job());
    for (std::size_t i = 0; i < job.size(); ++i)
        EXPECT_THAT(decode_job(job.substr(0, i)), IsError(ErrorCode::kCorruption)) << i;
    const std::string files = encode_written(sample_files());
    for (std::size_t i = 0; i < files.size(); ++i)
        EXPECT_THAT(decode_written(files.substr(0, i)), IsError(ErrorCode::kCorruption)) << i;
    EXPECT_THAT(decode_plan(""), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_paths("\xff\xff\xff\xff\x0f"), IsError(ErrorCode::kCorruption));
    EXPECT_EQ(decode_error("\xff").code, ErrorCode::kCorruption);
}

TEST(FlushProtocol, TrailingBytesAreRefused) {
    EXPECT_THAT(decode_job(encode_job(sample_job()) + "x"), IsError(ErrorCode::kCorruption));
}

}  // namespace
}  // namespace icelight::lake
