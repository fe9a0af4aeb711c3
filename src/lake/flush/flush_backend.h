#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lake/flush/flush_job.h"

namespace icelight::lake {

/// Who turns log rows into files for the flusher. Called on the lake thread only.
class FlushBackend {
public:
    virtual ~FlushBackend() = default;
    FlushBackend() = default;
    FlushBackend(const FlushBackend&) = delete;
    FlushBackend& operator=(const FlushBackend&) = delete;

    /// See FlushWriter::plan().
    /// @error kUnavailable  the worker died; kTimeout: it hung and was killed. Ask again.
    virtual Result<FlushPlan> plan(const FlushJob& job, Deadline deadline) = 0;

    /// See FlushWriter::write(). Errors as plan(); after kUnavailable and kTimeout plan again.
    virtual Result<std::vector<WrittenDataFile>> write(
        const std::vector<std::filesystem::path>& paths, Deadline deadline) = 0;

    /// Ends the worker, if any.
    virtual void stop() = 0;

    /// Workers that died or hung so far: tells a death from an error that a worker returned.
    virtual std::uint64_t deaths() const = 0;
};

}  // namespace icelight::lake
