#include "wal/housekeeper.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "io/file_system.h"
#include "wal/telemetry.h"

namespace icelight::wal {
namespace {

// A sync of the log waits behind one part. With 128 KiB its p99 is what it is beside nothing, with
// 1 MiB five times that; smaller parts only take longer.
constexpr std::uint64_t kPartBytes = 128 << 10;
/// Where the processors are few, what can wait leaves them to the log's thread.
constexpr int kNice = 10;

/// Real blocks, not a hole: a later write into them changes no metadata.
Result<> write_zeros(io::File& file, std::uint64_t bytes, const Pause& pause) {
    for (std::uint64_t at = 0; at < bytes; at += kPartBytes) {
        const SteadyTime began = system_clock().steady();
        ICE_TRY(file.write_zeros_at(at, std::min(kPartBytes, bytes - at)));
        ICE_TRY(file.sync_data());
        if (pause) pause(system_clock().steady() - began);
    }
    return file.sync_all();
}

}  // namespace

Result<std::unique_ptr<io::File>> make_spare(const std::filesystem::path& directory,
                                             io::FileSystem& files,
                                             std::uint64_t bytes,
                                             const Pause& pause) {
    const auto path = directory / kSpareName;
    ICE_ASSIGN(const bool has_leftover, files.exists(path));
    if (has_leftover) {
        ICE_TRY(files.remove(path));
    }
    ICE_ASSIGN(auto file, files.open(path, io::OpenMode::kCreateNew));
    const auto zeroed = write_zeros(*file, bytes, pause);
    if (!zeroed) {
        auto removed = files.remove(path);  // Gives the room back; a leftover is harmless.
        static_cast<void>(removed);
        return fail(zeroed.error().code, zeroed.error().message);
    }
    return file;
}

Result<> name_spare(const std::filesystem::path& directory,
                    io::FileSystem& files,
                    io::File& spare,
                    const SegmentHeader& header) {
    std::string block = encode_segment_header(header);
    block.resize(kBlockBytes, '\0');
    ICE_TRY(spare.write_at(0, block));
    ICE_TRY(spare.sync_data());
    ICE_TRY(files.rename(directory / kSpareName, directory / segment_name(header.seq)));
    return files.sync_directory(directory);
}

Housekeeper::Housekeeper(std::filesystem::path directory,
                         io::FileSystem& files,
                         std::uint64_t segment_bytes,
                         Sealed sealed)
    : directory_(std::move(directory)),
      files_(files),
      segment_bytes_(segment_bytes),
      sealed_(std::move(sealed)),
      thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Housekeeper::ask_spare() {
    {
        const std::lock_guard lock(mutex_);
        if (!spare_) is_spare_wanted_ = true;
        to_try_ = to_seal_.size();
    }
    changed_.notify_all();
}

Result<std::unique_ptr<io::File>> Housekeeper::take_spare() {
    std::unique_lock lock(mutex_);
    if (spare_ && !spare_->has_value()) spare_.reset();  // An old failure: try anew.
    if (!spare_) {
        is_spare_wanted_ = true;
        is_spare_awaited_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return spare_.has_value(); });
        is_spare_awaited_ = false;
    }
    auto taken = std::exchange(spare_, std::nullopt);
    ICE_CHECK(taken.has_value(), "the wait ended without a spare");
    return std::move(*taken);
}

void Housekeeper::seal(SegmentFile segment,
                       std::uint64_t end_offset,
                       std::optional<Sidecar> gathered) {
    if (gathered) gathered->end_offset = end_offset;
    {
        const std::lock_guard lock(mutex_);
        to_seal_.push_back({std::move(segment), end_offset, std::move(gathered)});
        to_try_ = to_seal_.size();
    }
    changed_.notify_all();
}

void Housekeeper::run() {
    ::pthread_setname_np(::pthread_self(), "wal-files");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return is_stopping_ || is_spare_wanted_ || to_try_ > 0; });
        if (is_stopping_) return;
        if (is_spare_wanted_) {
            make_wanted_spare(lock);
        } else {
            make_next_sidecar(lock);
        }
    }
}

void Housekeeper::make_wanted_spare(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    auto made = make_spare(
        directory_, files_, segment_bytes_, [this](std::chrono::nanoseconds took) { pause(took); });
    if (!made) telemetry::spare_failed(made.error());
    lock.lock();
    spare_ = std::move(made);
    is_spare_wanted_ = false;
    changed_.notify_all();
}

void Housekeeper::pause(std::chrono::nanoseconds took) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, took, [this] { return is_stopping_ || is_spare_awaited_; });
}

void Housekeeper::make_next_sidecar(std::unique_lock<std::mutex>& lock) {
    SealJob job = std::move(to_seal_.front());
    to_seal_.pop_front();
    --to_try_;
    lock.unlock();
    const auto newest_us = make_sidecar(job);
    if (newest_us) {
        sealed_(job.segment.header.seq, *newest_us);
    } else {
        telemetry::sidecar_failed(newest_us.error());
    }
    lock.lock();
    if (newest_us) return;
    job.gathered.reset();  // However long the disk refuses, memory does not grow with it.
    to_seal_.push_back(std::move(job));
}

Result<TimestampUs> Housekeeper::make_sidecar(const SealJob& job) {
    if (job.gathered) {
        ICE_TRY(store_sidecar(directory_, *job.gathered, files_));
        return job.gathered->newest_us;
    }
    ICE_ASSIGN(const Sidecar sidecar, read_sidecar(job.segment, job.end_offset, files_));
    ICE_TRY(store_sidecar(directory_, sidecar, files_));
    return sidecar.newest_us;
}

}  // namespace icelight::wal
