#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/child.h"
#include "base/clock.h"
#include "base/result.h"
#include "lake/flush_job.h"

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

/// A child process `icelight worker lake`, started when first asked and after it died.
///
/// The child dies with the thread that started it: call from one long-lived thread.
class WorkerClient final : public FlushBackend {
public:
    explicit WorkerClient(ChildOptions options = {{"worker", "lake"}});

    Result<FlushPlan> plan(const FlushJob& job, Deadline deadline) override;
    Result<std::vector<WrittenDataFile>> write(const std::vector<std::filesystem::path>& paths,
                                               Deadline deadline) override;
    void stop() override;

    std::uint64_t deaths() const override { return deaths_; }

    /// -1: none runs.
    pid_t pid() const { return child_ ? child_->pid() : -1; }

private:
    Result<std::string> ask(std::uint8_t question,
                            const std::string& payload,
                            std::uint8_t answer,
                            Deadline deadline);

    const ChildOptions options_;
    std::optional<Child> child_;
    std::uint64_t deaths_ = 0;
};

}  // namespace icelight::lake
