#include "lake/flush/worker_client.h"

#include <chrono>

#include <fmt/format.h>

#include "lake/flush/flush_protocol.h"
#include "lake/telemetry.h"

namespace icelight::lake {
namespace {

/// How long a worker that closed its socket may take to be gone.
constexpr std::chrono::seconds kExitWait{5};

std::uint8_t number(FrameType type) {
    return static_cast<std::uint8_t>(type);
}

}  // namespace

WorkerClient::WorkerClient(ChildOptions options) : options_(std::move(options)) {}

Result<FlushPlan> WorkerClient::plan(const FlushJob& job, Deadline deadline) {
    if (!child_) {
        ICE_ASSIGN(child_, Child::spawn(options_));
        telemetry::worker_started(child_->pid());
    }
    ICE_ASSIGN(const std::string reply,
               ask(*child_,
                   number(FrameType::kPlan),
                   encode_job(job),
                   number(FrameType::kPlanned),
                   deadline));
    return decode_plan(reply);
}

Result<std::vector<WrittenDataFile>> WorkerClient::write(
    const std::vector<std::filesystem::path>& paths, Deadline deadline) {
    if (!child_) return fail(ErrorCode::kUnavailable, "lake worker: ended before it wrote");
    ICE_ASSIGN(const std::string reply,
               ask(*child_,
                   number(FrameType::kWrite),
                   encode_paths(paths),
                   number(FrameType::kWritten),
                   deadline));
    return decode_written(reply);
}

void WorkerClient::stop() {
    child_.reset();
}

Result<std::string> WorkerClient::ask(Child& child,
                                      std::uint8_t question,
                                      const std::string& payload,
                                      std::uint8_t answer,
                                      Deadline deadline) {
    Result<> sent = write_frame(child.socket_fd(), question, payload, deadline);
    Result<Frame> reply = sent ? read_frame(child.socket_fd(), deadline)
                               : Result<Frame>(tl::unexpected(sent.error()));
    if (reply && reply->type == answer) return std::move(reply->payload);
    if (reply && reply->type == number(FrameType::kFailed)) {
        return tl::unexpected(decode_error(reply->payload));
    }
    // Dead, hung, or talking nonsense: never to be asked again.
    const bool is_hung = !reply && reply.error().code == ErrorCode::kTimeout;
    const bool is_gone = !reply && reply.error().code == ErrorCode::kUnavailable;
    if (!is_gone) child.kill();
    const std::string end = child.wait(deadline_in(kExitWait));
    child_.reset();
    ++deaths_;
    telemetry::worker_died(is_hung ? "hung" : end);
    return fail(is_hung ? ErrorCode::kTimeout : ErrorCode::kUnavailable,
                fmt::format("lake worker: {}", is_hung ? "hung and was killed" : end));
}

}  // namespace icelight::lake
