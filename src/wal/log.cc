#include "wal/log.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/file_system.h"
#include "wal/appender.h"
#include "wal/recovery.h"
#include "wal/telemetry.h"

namespace icelight::wal {
namespace {

constexpr std::size_t kQueueBatchesMax = 65536;

std::size_t memory_bytes(const Batch& batch) {
    return GroupBuilder::bytes_max(batch) + batch.row_refs.size() * sizeof(RowRef);
}

Result<> check_batch(const Batch& batch, std::uint64_t segment_bytes) {
    if (batch.row_refs.empty() && batch.reject_bytes.empty() && batch.dropped == 0)
        return fail(ErrorCode::kInvalidArgument, "an empty batch");
    std::uint64_t row_bytes = 0;
    for (const RowRef& ref : batch.row_refs)
        row_bytes += ref.bytes;
    std::uint64_t reject_bytes = 0;
    for (const std::uint32_t bytes : batch.reject_bytes)
        reject_bytes += bytes;
    if (row_bytes != batch.rows.size() || reject_bytes != batch.rejects.size())
        return fail(ErrorCode::kInvalidArgument, "a batch whose lengths do not add up");
    if (GroupBuilder::bytes_max(batch) > segment_bytes - kSegmentHeaderBytes)
        return fail(ErrorCode::kTooLarge, "a batch larger than a segment of the log");
    return {};
}

Result<> check_options(const Options& options) {
    if (options.segment_bytes < kSegmentBytesMin || options.segment_bytes > kSegmentBytesMax ||
        options.segment_bytes % kRecordAlignment != 0)
        return fail(ErrorCode::kInvalidArgument, "segment_bytes: 4 KiB to 1 GiB, a multiple of 8");
    return {};
}

}  // namespace

/// The queue in front of the appender, and its thread.
class Log::Impl {
public:
    Impl(Options options, io::FileSystem& files, const Clock& clock, Recovered recovered)
        : options_(std::move(options)),
          files_(files),
          clock_(clock),
          identity_(recovered.identity),
          appender_(options_, files, clock, std::move(recovered)),
          thread_([this] { run(); }) {}

    ~Impl() {
        stop(false);
        if (thread_.joinable()) thread_.join();
    }

    void append(Batch batch, Deadline deadline, Done done);
    void release(std::uint64_t below);
    Result<> close(Deadline deadline);

    const Identity& identity() const { return identity_; }

    const Appender& appender() const { return appender_; }

    std::uint64_t unsynced_bytes() const {
        const std::lock_guard lock(mutex_);
        return unsynced_bytes_;
    }

private:
    void run();
    std::vector<Pending> wait_for_work();
    void stop(bool is_orderly);

    // constant after construction
    const Options options_;
    io::FileSystem& files_;
    const Clock& clock_;
    const Identity identity_;
    // the log's thread only, but for what Appender says
    Appender appender_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Pending> queue_;
    std::size_t unsynced_bytes_ = 0;
    bool is_stopping_ = false;
    bool is_orderly_ = false;
    bool has_stopped_ = false;
    std::mutex release_mutex_;  ///< One release at a time, so that segments go oldest first.
    std::thread thread_;
};

void Log::Impl::append(Batch batch, Deadline deadline, Done done) {
    auto checked = check_batch(batch, options_.segment_bytes);
    if (!checked) return done(tl::unexpected(checked.error()));
    if (!appender_.is_healthy()) {
        telemetry::refused("no_segment");
        return done(
            fail(ErrorCode::kUnavailable, "the log cannot be written; trying every second"));
    }
    const std::size_t bytes = memory_bytes(batch);
    std::unique_lock lock(mutex_);
    const bool is_stopping = is_stopping_;
    const bool is_full =
        queue_.size() >= kQueueBatchesMax ||
        (unsynced_bytes_ > 0 && unsynced_bytes_ + bytes > options_.queue_bytes_max);
    if (!is_stopping && !is_full) {
        unsynced_bytes_ += bytes;
        queue_.push_back({std::move(batch), deadline, std::move(done), bytes, {}});
        lock.unlock();
        return changed_.notify_all();
    }
    lock.unlock();
    if (is_stopping) return done(fail(ErrorCode::kShuttingDown, "the log is closed"));
    telemetry::refused("queue_full");
    done(fail(ErrorCode::kOverloaded, "the log's queue is full"));
}

std::vector<Pending> Log::Impl::wait_for_work() {
    std::unique_lock lock(mutex_);
    const auto has_work = [this] {
        return is_stopping_ || !queue_.empty();
    };
    if (const auto wait = appender_.idle_wait()) {
        changed_.wait_for(lock, *wait, has_work);
    } else {
        changed_.wait(lock, has_work);
    }
    telemetry::queued(queue_.size(), unsynced_bytes_);
    return std::exchange(queue_, {});
}

void Log::Impl::run() {
    ::pthread_setname_np(::pthread_self(), "wal");
    for (;;) {
        std::vector<Pending> taken = wait_for_work();
        if (taken.empty()) {
            std::unique_lock lock(mutex_);
            if (is_stopping_) break;
            lock.unlock();
            appender_.tick();
            continue;
        }
        std::size_t bytes = 0;
        for (const Pending& pending : taken)
            bytes += pending.memory_bytes;
        appender_.commit(std::move(taken));
        const std::lock_guard lock(mutex_);
        unsynced_bytes_ -= bytes;
    }
    bool is_orderly = false;
    {
        const std::lock_guard lock(mutex_);
        is_orderly = is_orderly_;
    }
    if (is_orderly) appender_.attest();
    const std::lock_guard lock(mutex_);
    has_stopped_ = true;
    changed_.notify_all();
}

void Log::Impl::stop(bool is_orderly) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_stopping_) is_orderly_ = is_orderly;
        is_stopping_ = true;
    }
    changed_.notify_all();
}

Result<> Log::Impl::close(Deadline deadline) {
    stop(true);
    std::unique_lock lock(mutex_);
    if (changed_.wait_until(lock, deadline, [this] { return has_stopped_; })) return {};
    return fail(ErrorCode::kTimeout, "the log is still writing");
}

void Log::Impl::release(std::uint64_t below) {
    const std::lock_guard lock(release_mutex_);
    Ledger& ledger = appender_.ledger();
    below = std::min(below, appender_.durable_offset());
    // One after the other, each durable: a hole would look like damage after a crash.
    for (;;) {
        const auto segment = ledger.find_removable(below, options_.retained_bytes_max);
        if (!segment) break;
        auto removed = files_.remove(segment->path);
        const bool is_gone = removed || removed.error().code == ErrorCode::kNotFound;
        if (is_gone) {
            telemetry::released(segment->header.seq, segment->header.first_offset);
            ledger.drop_oldest();
            removed = files_.sync_directory(options_.directory);
        }
        if (!removed) {
            telemetry::release_failed(removed.error());
            break;
        }
    }
    const TimestampUs oldest_kept_us =
        clock_.now_us() - std::chrono::microseconds(options_.window_age).count();
    for (const std::uint64_t seq : ledger.take_old_sidecars(oldest_kept_us)) {
        auto removed = files_.remove(options_.directory / sidecar_name(seq));
        if (!removed && removed.error().code != ErrorCode::kNotFound)
            telemetry::release_failed(removed.error());
    }
    telemetry::segments_held(ledger.size());
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(Options options,
                                       io::FileSystem& files,
                                       const Clock& clock,
                                       TableWatermark watermark,
                                       bool allow_new_log) {
    ICE_TRY(check_options(options));
    const SteadyTime began = clock.steady();
    ICE_ASSIGN(auto recovered, recover(options, files, clock, watermark, allow_new_log));
    telemetry::opened(
        {.first_offset = recovered.ledger->first_offset(),
         .durable_offset = recovered.state.next_offset,
         .segments = recovered.ledger->size(),
         .window_entries = recovered.window.info().entries,
         .took = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - began)});
    return std::unique_ptr<Log>(
        new Log(std::make_unique<Impl>(std::move(options), files, clock, std::move(recovered))));
}

void Log::append(Batch batch, Deadline deadline, Done done) {
    impl_->append(std::move(batch), deadline, std::move(done));
}

Uuid Log::uuid() const {
    return impl_->identity().log_uuid;
}

Uuid Log::parent_uuid() const {
    return impl_->identity().parent_uuid;
}

std::uint64_t Log::durable_offset() const {
    return impl_->appender().durable_offset();
}

std::uint64_t Log::first_offset() const {
    return impl_->appender().ledger().first_offset();
}

Counters Log::counters() const {
    return impl_->appender().counters();
}

bool Log::is_healthy() const {
    return impl_->appender().is_healthy();
}

WindowInfo Log::window() const {
    return impl_->appender().window();
}

std::uint64_t Log::unsynced_bytes() const {
    return impl_->unsynced_bytes();
}

std::uint64_t Log::bytes_from(std::uint64_t offset) const {
    return impl_->appender().ledger().bytes_from(offset);
}

FingerprintKey Log::fingerprint_key() const {
    return impl_->identity().secret;
}

bool Log::wait_durable_beyond(std::uint64_t offset, Deadline deadline) const {
    return impl_->appender().wait_durable_beyond(offset, deadline);
}

void Log::release(std::uint64_t below) {
    impl_->release(below);
}

Result<> Log::close(Deadline deadline) {
    return impl_->close(deadline);
}

}  // namespace icelight::wal
