#include "lake/flush/flush_worker.h"

#include <sys/resource.h>

#include <chrono>

#include "base/child.h"
#include "base/frames.h"
#include "base/shadow_memory.h"
#include "io/file_system.h"
#include "lake/flush/flush_protocol.h"
#include "lake/flush/flush_writer.h"
#include "lake/telemetry.h"

namespace icelight::lake {
namespace {

/// All private memory: the engine's limit, the rows, and room for what the engine does not count.
constexpr rlim_t kDataBytesMax = 1u << 30;
/// The server asks when there is something to flush; its death closes the socket.
constexpr std::chrono::hours kQuestionWait{24 * 365};
constexpr std::chrono::seconds kAnswerWait{30};
/// A flush can wait a little, the clients of the log cannot: where the processors are few it takes
/// the smaller part of them. Enough is left for it to keep up with what the log can take.
constexpr int kNice = 10;

/// A leak or a monstrous row ends this process, not the machine.
void cap_memory() {
    if constexpr (!kHasShadowMemory) {
        const rlimit limit{kDataBytesMax, kDataBytesMax};
        ::setrlimit(RLIMIT_DATA, &limit);
    }
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
}

struct Answer {
    FrameType type;
    std::string payload;
};

Answer failed(const Error& error) {
    return {FrameType::kFailed, encode_error(error)};
}

Answer answer(FlushWriter& writer, const Frame& question) {
    switch (static_cast<FrameType>(question.type)) {
        case FrameType::kPlan: {
            const auto job = decode_job(question.payload);
            if (!job) return failed(job.error());
            const auto plan = writer.plan(*job);
            if (!plan) return failed(plan.error());
            return {FrameType::kPlanned, encode_plan(*plan)};
        }
        case FrameType::kWrite: {
            const auto paths = decode_paths(question.payload);
            if (!paths) return failed(paths.error());
            const auto files = writer.write(*paths);
            if (!files) return failed(files.error());
            return {FrameType::kWritten, encode_written(*files)};
        }
        default:
            return failed({ErrorCode::kUnsupported, "lake worker: unknown frame"});
    }
}

}  // namespace

int run_lake_worker(RowHook on_row) {
    cap_memory();
    ::setpriority(PRIO_PROCESS, 0, kNice);
    auto writer = FlushWriter::open(io::posix_file_system(), std::move(on_row));
    if (!writer) {
        telemetry::worker_cannot_start(writer.error().message);
        return 1;
    }
    for (;;) {
        const auto question = read_frame(kWorkerSocketFd, deadline_in(kQuestionWait));
        if (!question) return question.error().code == ErrorCode::kUnavailable ? 0 : 1;
        const Answer reply = answer(*writer, *question);
        const auto sent = write_frame(kWorkerSocketFd,
                                      static_cast<std::uint8_t>(reply.type),
                                      reply.payload,
                                      deadline_in(kAnswerWait));
        if (!sent || writer->is_broken()) return 1;
    }
}

}  // namespace icelight::lake
