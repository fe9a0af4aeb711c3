#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/child.h"
#include "base/clock.h"
#include "base/frames.h"
#include "base/result.h"
#include "query/gate/gate.h"
#include "query/relay/relay.h"
#include "query/service.h"
#include "query/worker/protocol.h"

namespace icelight::query {

inline constexpr std::chrono::milliseconds kWorkerStartTime{10'000};
/// From the deadline, or a cancel, until a worker that does not answer is killed. With the way of
/// the answer a query ends within 250 ms of its deadline.
inline constexpr std::chrono::milliseconds kKillGrace{150};

/// What a worker can read beside the tables that every worker reads.
enum class WorkerKind : std::uint8_t {
    kPlain,    ///< Nothing.
    kIceberg,  ///< What DuckDB's iceberg extension reads: deletion vectors, nested defaults,
               ///< tables of external catalogs.
};

/// Bounds of one exchange with a worker.
struct QueryBounds {
    Deadline deadline;
    const std::atomic<bool>* is_cancelled = nullptr;
    std::uint64_t memory_bytes_max = 0;  ///< By which the worker may grow; 0: its own limit.
};

/// What became of the worker itself.
enum class WorkerFate : std::uint8_t {
    kServes,   ///< Ready for the next query.
    kBroken,   ///< It says that it must be replaced.
    kCrashed,  ///< It ended by itself, or spoke nonsense.
    kKilled,   ///< It did not stop in time.
};

/// The server's end of one SQL worker process.
///
/// Thread safety: one thread at a time.
class WorkerClient {
public:
    /// Starts the process and waits for its self-test.
    ///
    /// @param number  names its spill directory, with the kind; it is made or emptied.
    /// @error kUnsupported, kForbidden  its sandbox is not complete. kIo, kTimeout: it did not come
    ///                                  up. kInvalidArgument: it cannot load options.extensions.
    /// @param relay   of options.externals, for a worker of kIceberg; outlives it.
    static Result<std::unique_ptr<WorkerClient>> start(const Options& options,
                                                       WorkerKind kind,
                                                       std::size_t number,
                                                       Relay* relay = nullptr);
    ~WorkerClient();
    WorkerClient(const WorkerClient&) = delete;
    WorkerClient& operator=(const WorkerClient&) = delete;

    /// The statement's kind and names, or why it is refused. `bounds` begin here.
    Result<Statement> prepare(const PrepareMessage& message, const QueryBounds& bounds);

    /// Runs what prepare() read. Pieces of the body go to `write` in order.
    Result<EndMessage> execute(const ExecuteMessage& message,
                               const QueryBounds& bounds,
                               const WriteBody& write);

    /// Instead of execute(): the query ends here.
    void give_up();

    /// After an error of the verbs above.
    WorkerFate fate() const { return fate_; }

    /// After an error of the verbs above: a worker of kIceberg could answer.
    bool needs_extension() const { return needs_extension_; }

    /// False: it ended while it was idle. No wait.
    bool is_alive() const;

    /// It is to take no query from then on; a time before that holds.
    void retire_at(SteadyTime time) { retire_at_ = std::min(retire_at_, time); }

    bool is_retired() const { return system_clock().steady() >= retire_at_; }

    std::size_t number() const { return number_; }

    std::uint64_t resident_bytes() const;

    /// SIGKILL, reaps, empties the spill directory. Blocks for some milliseconds.
    void destroy();

private:
    WorkerClient(Child child, std::size_t number, std::filesystem::path spill_directory);

    Result<ExternalAccess> open_door(const Options& options, Relay& relay);
    Result<Frame> next_frame(const QueryBounds& bounds);
    Result<> stop(Deadline now);
    bool has_outgrown(const QueryBounds& bounds) const;
    Result<> send(Message message, std::string_view payload);
    tl::unexpected<Error> crash(const Error& error);
    tl::unexpected<Error> kill(ErrorCode code, const char* message);
    tl::unexpected<Error> take_error(std::string_view payload);

    Child child_;
    std::unique_ptr<Relay::Door> door_;  ///< May be null.
    const std::size_t number_;
    const std::filesystem::path spill_directory_;
    WorkerFate fate_ = WorkerFate::kServes;
    SteadyTime retire_at_ = SteadyTime::max();
    // Of the query that runs.
    bool needs_extension_ = false;
    bool is_client_gone_ = false;
    bool is_cancel_sent_ = false;
    std::optional<Error> outgrown_;  ///< Why it was stopped, when memory is why.
    std::uint64_t resident_before_bytes_ = 0;
    Deadline kill_at_{};
    std::uint64_t body_bytes_max_ = 0;
};

}  // namespace icelight::query
