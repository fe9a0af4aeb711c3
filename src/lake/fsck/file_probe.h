#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/child.h"
#include "base/result.h"

namespace icelight::engine {
class Session;
}

namespace icelight::lake {

/// Offsets first to last, both included.
struct OffsetRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    bool operator==(const OffsetRange&) const = default;
};

/// What a data file really holds.
struct FileProbe {
    std::uint64_t rows = 0;
    std::uint64_t offsets = 0;        ///< Rows whose _log_offset is not NULL.
    std::vector<OffsetRange> ranges;  ///< Their distinct offsets, ascending, not touching.

    bool operator==(const FileProbe&) const = default;
};

/// Reads a Parquet file of the event tables; one without _log_offset has no offsets.
/// @error kInvalidArgument, kIo  it cannot be read.
Result<FileProbe> probe_file(engine::Session& session, const std::filesystem::path& path);

/// Sorts offsets into ranges; repeated ones count once.
std::vector<OffsetRange> make_ranges(std::vector<std::uint64_t> offsets);

std::string encode_probe(const FileProbe& probe);
/// @error kCorruption
Result<FileProbe> decode_probe(std::string_view bytes);

/// Who reads data files for fsck.
class FileProber {
public:
    virtual ~FileProber() = default;
    FileProber() = default;
    FileProber(const FileProber&) = delete;
    FileProber& operator=(const FileProber&) = delete;

    virtual Result<FileProbe> probe(const std::filesystem::path& path) = 0;
};

/// A child process `icelight worker probe`: a damaged file may kill it, never the asker.
/// Thread safety: none; the child dies with the thread that first asked.
class ProbeWorker final : public FileProber {
public:
    explicit ProbeWorker(ChildOptions options = {{"worker", "probe"}})
        : options_(std::move(options)) {}

    Result<FileProbe> probe(const std::filesystem::path& path) override;

private:
    const ChildOptions options_;
    std::optional<Child> child_;
};

/// main() of the child. @return its exit status.
int run_probe_worker();

}  // namespace icelight::lake
