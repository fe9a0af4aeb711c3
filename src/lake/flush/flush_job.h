#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"

/// What the server asks of a lake worker and what it gets back.
///
/// One flush is two questions: plan() reads the log and says which files the rows will make; the
/// server names them and journals the names; write() makes them.
namespace icelight::lake {

enum class Table : std::uint8_t { kEvents, kRejected };

/// Bytes of log that one flush takes at most, give or take a record (architecture: 64 MB).
inline constexpr std::uint64_t kFlushBytesMax = 64'000'000;
/// Offsets that may be set aside in one flush; more than that is no poison but a broken worker.
inline constexpr std::size_t kPoisonMax = 1'000;
/// Days of rows that one flush may hold; rows are of the present, unless a clock jumped.
inline constexpr std::size_t kFilesMax = 1'000;

struct FlushJob {
    std::filesystem::path log_directory;
    std::uint64_t from = 0;
    std::uint64_t to = 0;  ///< Durable; > from.
    std::uint64_t bytes_max = kFlushBytesMax;
    std::vector<std::uint64_t> poison;  ///< Ascending: offsets that go to the rejects unread.
};

/// One file that the rows will make.
struct PlannedFile {
    Table table = Table::kEvents;
    std::int32_t day = 0;  ///< Of __ingest_ts: days since 1970-01-01.
    std::uint64_t row_count = 0;
};

struct FlushPlan {
    std::uint64_t to = 0;       ///< <= FlushJob::to: where bytes_max was reached.
    TimestampUs oldest_us = 0;  ///< When the first of the rows was logged.
    std::vector<PlannedFile> files;
};

/// A file that was written and synced, with what Iceberg wants to know about it.
struct WrittenDataFile {
    Table table = Table::kEvents;
    std::int32_t day = 0;
    std::filesystem::path path;
    std::int64_t row_count = 0;
    std::int64_t file_bytes = 0;
    // By field id.
    std::map<std::int32_t, std::int64_t> column_sizes;
    std::map<std::int32_t, std::int64_t> value_counts;
    std::map<std::int32_t, std::int64_t> null_value_counts;
    std::map<std::int32_t, std::string> lower_bounds;  ///< Iceberg's single-value encoding.
    std::map<std::int32_t, std::string> upper_bounds;
    std::vector<std::int64_t> split_offsets;
};

}  // namespace icelight::lake
