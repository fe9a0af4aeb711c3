#include "lake/flush/flusher.h"

#include <pthread.h>

#include <algorithm>

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/pins.h"
#include "lake/flush/flush_round.h"
#include "lake/flush/poison_hunt.h"
#include "lake/flush/worker_client.h"
#include "lake/telemetry.h"
#include "wal/log.h"

namespace icelight::lake {
namespace {

/// How often the log's size and age are looked at.
constexpr std::chrono::milliseconds kPollEvery{100};
/// How often a sink that an operator has to decide about is looked at, and told.
constexpr std::chrono::milliseconds kLookAfterHalt{30'000};

}  // namespace

/// The flushes themselves and what they learn: W, and which rows kill workers. Lake thread only.
class Flusher::Rounds {
public:
    Rounds(const FlusherOptions& options,
           wal::Log& log,
           catalog::Catalog& catalog,
           std::unique_ptr<FlushBackend> backend)
        : options_(options), log_(log), catalog_(catalog), backend_(std::move(backend)) {}

    void open(io::FileSystem& files, const Clock& clock) {
        round_ = std::make_unique<FlushRound>(options_.names, catalog_, files, clock, *backend_);
    }

    /// W, read from the catalog when it is not known.
    Result<std::uint64_t> load_watermark() {
        if (watermark_) return *watermark_;
        ICE_ASSIGN(const auto halts, catalog_.halts(catalog::kEventSink));
        if (!halts.empty()) return fail(ErrorCode::kUnavailable, catalog::describe_halts(halts));
        ICE_ASSIGN(const auto stored, catalog_.watermark(catalog::kEventSink));
        if (!stored) return fail(ErrorCode::kUnavailable, "the event sink has no watermark yet");
        if (stored->log_uuid != log_.uuid()) {
            return fail(ErrorCode::kConflict,
                        fmt::format("the tables are fed from log {}, this one is {}",
                                    stored->log_uuid.text(),
                                    log_.uuid().text()));
        }
        watermark_ = stored->next(0);
        return *watermark_;
    }

    Result<RoundResult> flush(std::uint64_t from, std::uint64_t durable, Deadline deadline) {
        FlushJob job;
        job.log_directory = options_.log_directory;
        job.from = from;
        job.to = hunt_.end_of(from, durable);
        job.bytes_max = options_.bytes_max;
        job.poison = hunt_.poison();
        const std::uint64_t deaths = backend_->deaths();
        may_retry_at_once_ = false;
        auto result = round_->run(job, log_.uuid(), deadline);
        watermark_.reset();
        if (!result) {
            const bool has_died = backend_->deaths() != deaths;
            const bool is_refused = result.error().code == ErrorCode::kInvalidArgument;
            if (round_->has_worker_failed() && (has_died || is_refused)) judge(job);
            return result;
        }
        watermark_ = result->watermark;
        hunt_.succeeded(result->watermark);
        log_.release(catalog_.pins().lowest_offset());
        return result;
    }

    const FlushPlan& plan() const { return round_->plan(); }

    /// After a failure: a smaller range, or a poison row, is worth trying now.
    bool may_retry_at_once() const { return may_retry_at_once_; }

    void stop() { backend_->stop(); }

private:
    void judge(const FlushJob& job) {
        // The plan may have ended sooner than asked: then the culprit lies in it.
        const std::uint64_t to = round_->plan().to > job.from ? round_->plan().to : job.to;
        switch (hunt_.failed(job.from, to)) {
            case PoisonHunt::Verdict::kNarrowed:
                telemetry::hunting(job.from, hunt_.end_of(job.from, to));
                may_retry_at_once_ = true;
                break;
            case PoisonHunt::Verdict::kPoison:
                telemetry::poison_found(job.from);
                may_retry_at_once_ = true;
                break;
            case PoisonHunt::Verdict::kAgain:
            case PoisonHunt::Verdict::kHopeless:
                break;
        }
    }

    const FlusherOptions& options_;
    wal::Log& log_;
    catalog::Catalog& catalog_;
    std::unique_ptr<FlushBackend> backend_;
    std::unique_ptr<FlushRound> round_;
    PoisonHunt hunt_;
    std::optional<std::uint64_t> watermark_;
    bool may_retry_at_once_ = false;
};

// NOLINTNEXTLINE(readability-function-size): everything a flush passes through
Flusher::Flusher(FlusherOptions options,
                 wal::Log& log,
                 catalog::Catalog& catalog,
                 io::FileSystem& files,
                 const Clock& clock,
                 std::unique_ptr<FlushBackend> backend)
    : options_(std::move(options)), log_(log), clock_(clock) {
    if (backend == nullptr) backend = std::make_unique<WorkerClient>();
    rounds_ = std::make_unique<Rounds>(options_, log_, catalog, std::move(backend));
    rounds_->open(files, clock);
}

Flusher::~Flusher() {
    // The log keeps what is not flushed; an error here is close()'s to report.
    if (thread_.joinable()) static_cast<void>(close(deadline_in(std::chrono::milliseconds(0))));
}

void Flusher::start() {
    // The lag is asked for from the first moment; a failure is met again, and told, by the thread.
    if (const auto watermark = rounds_->load_watermark()) watermark_ = *watermark;
    thread_ = std::thread([this] { run(); });
}

Result<> Flusher::flush_now(Deadline deadline) {
    const std::uint64_t target = log_.durable_offset();
    std::unique_lock lock(mutex_);
    if (stop_at_) return fail(ErrorCode::kShuttingDown, "the flusher is stopping");
    wanted_ = std::max(wanted_, target);
    changed_.notify_all();
    changed_.wait_until(lock, deadline, [&] { return watermark_ >= target || is_stopped_; });
    if (watermark_ >= target) return {};
    return fail(
        ErrorCode::kTimeout,
        fmt::format("not flushed in time{}{}", last_failure_.empty() ? "" : ": ", last_failure_));
}

Result<> Flusher::close(Deadline deadline) {
    {
        const std::lock_guard lock(mutex_);
        stop_at_ = deadline;
    }
    changed_.notify_all();
    if (!thread_.joinable()) return {};
    thread_.join();
    const std::uint64_t durable = log_.durable_offset();
    const Lag at_end = lag();
    if (at_end.watermark >= durable) return {};
    telemetry::unfinished(at_end.watermark, durable);
    return fail(ErrorCode::kTimeout, "the last flush did not finish in time; the log has the rows");
}

Lag Flusher::lag() const {
    Lag lag;
    TimestampUs oldest_us = 0;
    {
        const std::lock_guard lock(mutex_);
        lag.watermark = watermark_;
        oldest_us = oldest_us_;
        lag.failure = last_failure_;
    }
    lag.bytes = log_.bytes_from(lag.watermark);
    if (oldest_us != 0) {
        const auto age = static_cast<double>(clock_.now_us() - oldest_us);
        lag.seconds = std::max(0.0, age / 1e6);
    }
    return lag;
}

void Flusher::run() {
    ::pthread_setname_np(::pthread_self(), "lake");
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait_until(lock, deadline_in(kPollEvery), [this] {
                const bool is_wanted =
                    wanted_ > watermark_ && system_clock().steady() >= not_before_;
                return stop_at_ || is_wanted;
            });
            if (stop_at_) break;
        }
        if (is_due()) flush_once(deadline_in(options_.worker_timeout));
    }
    run_last_rounds();
    rounds_->stop();
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
}

void Flusher::run_last_rounds() {
    Deadline stop_at{};
    {
        const std::lock_guard lock(mutex_);
        stop_at = *stop_at_;
    }
    const std::uint64_t target = log_.durable_offset();
    while (system_clock().steady() < stop_at) {
        const auto watermark = rounds_->load_watermark();
        if (!watermark || *watermark >= target) return;
        if (flush_once(std::min(stop_at, deadline_in(options_.worker_timeout)))) continue;
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, std::min(stop_at, deadline_in(kPollEvery)));
    }
}

bool Flusher::is_due() {
    if (system_clock().steady() < not_before_) return false;
    const auto watermark = rounds_->load_watermark();
    if (!watermark) {
        const bool is_halted = watermark.error().code == ErrorCode::kUnavailable;
        not_before_ = deadline_in(is_halted ? kLookAfterHalt : options_.retry_after);
        telemetry::flush_failed(0, watermark.error().message);
        const std::lock_guard lock(mutex_);
        last_failure_ = watermark.error().message;
        return false;
    }
    const std::uint64_t durable = log_.durable_offset();
    bool is_wanted = false;
    {
        const std::lock_guard lock(mutex_);
        watermark_ = *watermark;
        if (durable <= *watermark) oldest_us_ = 0;
        if (durable > *watermark && oldest_us_ == 0) oldest_us_ = clock_.now_us();
        is_wanted = wanted_ > *watermark || !has_looked_;
    }
    has_looked_ = true;
    changed_.notify_all();
    const Lag now = lag();
    telemetry::lag(now.seconds, now.bytes);
    if (durable <= *watermark) return false;
    const double target = std::chrono::duration<double>(options_.target_lag).count();
    return is_wanted || now.seconds >= target || now.bytes >= options_.bytes_max;
}

bool Flusher::flush_once(Deadline deadline) {
    const auto watermark = rounds_->load_watermark();
    const std::uint64_t durable = log_.durable_offset();
    if (!watermark || *watermark >= durable) return false;
    const TimestampUs began_us = clock_.now_us();
    const SteadyTime began = clock_.steady();
    const auto result = rounds_->flush(*watermark, durable, deadline);
    const std::lock_guard lock(mutex_);
    if (!result) {
        last_failure_ = result.error().message;
        const bool is_conflict = result.error().code == ErrorCode::kConflict;
        (is_conflict ? telemetry::conflicted : telemetry::flush_failed)(*watermark, last_failure_);
        not_before_ = deadline_in(rounds_->may_retry_at_once() ? kPollEvery : options_.retry_after);
        return false;
    }
    watermark_ = result->watermark;
    last_failure_.clear();
    // What is left came after `durable` was read, unless the flush stopped short of it.
    if (watermark_ >= durable) {
        oldest_us_ = log_.durable_offset() > watermark_ ? began_us : 0;
    } else {
        oldest_us_ = rounds_->plan().oldest_us;
    }
    changed_.notify_all();
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - began);
    telemetry::flushed(
        {result->watermark, result->rows, result->rejects, result->files, result->bytes, took});
    return true;
}

}  // namespace icelight::lake
