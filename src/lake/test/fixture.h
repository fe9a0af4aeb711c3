#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "catalog/catalog.h"
#include "engine/session.h"
#include "event/parse.h"
#include "lake/flush/flush_job.h"
#include "lake/tables.h"
#include "wal/log.h"

namespace icelight::lake {

using testing::HasMessage;
using testing::IsError;
using testing::IsOk;

inline constexpr TimestampUs kDayUs = 86'400'000'000;

/// In the worker processes of these tests a row with such a messageId ends or stops the process.
inline constexpr const char* kCrashId = "crash";
inline constexpr const char* kHangId = "hang";

Deadline soon();

/// A data directory with a log, a catalog and both tables.
class LakeFixture : public ::testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    void open();
    void close();

    /// Appends a request body as the ingest path does. @return the next offset.
    std::uint64_t append(const std::string& body);
    /// Track events with messageIds <prefix>0, <prefix>1, ...
    std::uint64_t append_events(int count, const std::string& prefix);

    /// A body that cannot be parsed: one reject.
    std::uint64_t append_reject() { return append("{not json"); }

    FlushJob job(std::uint64_t from, std::uint64_t to) const;
    std::uint64_t watermark();

    /// SQL over the live files of a table, as view `t`; the first value as text.
    std::string ask(Table table, const std::string& sql);
    /// The same over one file.
    std::string ask_file(const std::filesystem::path& file, const std::string& sql);
    std::vector<std::filesystem::path> live_files(Table table);
    /// Every Parquet file under the warehouse.
    std::size_t parquet_files_on_disk() const;

    testing::TempDir dir_;
    testing::FakeClock clock_{20'781 * kDayUs + kDayUs / 2};
    std::unique_ptr<wal::Log> log_;
    std::unique_ptr<catalog::Catalog> catalog_;
    event::Parser parser_;
    std::optional<engine::Session> session_;
};

}  // namespace icelight::lake
