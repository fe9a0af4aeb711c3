#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "engine/database.h"
#include "engine/session.h"
#include "lake/flush/flush_index.h"
#include "lake/flush/flush_job.h"
#include "lake/flush/log_rows.h"
#include "lake/flush/row_feed.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::wal {
class Reader;
}

namespace icelight::lake {

/// The engine's own bound; the rows themselves (kFlushBytesMax) come on top.
inline constexpr std::uint64_t kFlushMemoryBytes = 256u << 20;

/// Log rows → sorted Parquet files: the work of a lake worker.
///
/// Thread safety: none. Lifetime: `files` outlives it.
class FlushWriter {
public:
    static Result<FlushWriter> open(io::FileSystem& files, RowHook on_row = {});
    FlushWriter(FlushWriter&&) noexcept;
    FlushWriter& operator=(FlushWriter&&) noexcept;
    ~FlushWriter();

    /// Takes the log's items and decides their files and order. Replaces the plan before.
    ///
    /// @return the files in the order write() wants their paths.
    /// @error kCorruption  the log is not what it should be, or ends early.
    Result<FlushPlan> plan(const FlushJob& job);

    /// Writes the planned files, each to its path, syncs them and their directories (made if
    /// missing). Ends the plan.
    ///
    /// @error kInvalidArgument  no plan, or another number of paths; and what the engine refuses.
    /// @error kIo, kUnavailable  the disk. Files may be left: their names are journaled.
    Result<std::vector<WrittenDataFile>> write(const std::vector<std::filesystem::path>& paths);

    /// The engine can no longer be trusted: end this process.
    bool is_broken() const { return session_.is_broken(); }

private:
    FlushWriter(io::FileSystem& files, engine::Session session, RowHook on_row);

    /// The log's reader, at the place where the flush before ended.
    Result<wal::Reader*> reader_of(const std::filesystem::path& log_directory);
    Result<WrittenDataFile> write_one(const PlannedFile& planned,
                                      const std::filesystem::path& path);
    Result<> sync(const std::vector<std::filesystem::path>& paths);

    io::FileSystem* files_;
    engine::Session session_;
    RowHook on_row_;
    std::unique_ptr<wal::Reader> reader_;
    std::filesystem::path reader_directory_;
    LogRows rows_;
    FlushIndex index_;
    std::map<std::int32_t, std::vector<RejectItem>> rejects_;
    std::vector<PlannedFile> planned_;
};

}  // namespace icelight::lake
