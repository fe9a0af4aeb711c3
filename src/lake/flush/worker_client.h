#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/child.h"
#include "base/clock.h"
#include "base/result.h"
#include "lake/flush/flush_backend.h"
#include "lake/flush/flush_job.h"

namespace icelight::lake {

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
    /// Of child_, which is gone when it does not answer.
    Result<std::string> ask(Child& child,
                            std::uint8_t question,
                            const std::string& payload,
                            std::uint8_t answer,
                            Deadline deadline);

    const ChildOptions options_;
    std::optional<Child> child_;
    std::uint64_t deaths_ = 0;
};

}  // namespace icelight::lake
