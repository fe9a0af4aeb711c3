#include "lake/upkeep/upkeep.h"

#include <pthread.h>

#include <algorithm>

#include "lake/telemetry.h"

namespace icelight::lake {
namespace {

/// A pass over large tables takes at most this share of the time.
constexpr int kCollectShare = 50;
constexpr std::chrono::seconds kLookAfterFailure{30};

std::vector<catalog::TableIdent> idents_of(const TableNames& names) {
    return {ident_of(names, Table::kEvents), ident_of(names, Table::kRejected)};
}

}  // namespace

Upkeep::Upkeep(UpkeepOptions options,
               catalog::Catalog& catalog,
               io::FileSystem& files,
               const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      tables_(catalog, files, clock, options_.retention),
      garbage_(
          {idents_of(options_.names), options_.garbage_list, options_.gc_min_age, &is_stopping_},
          catalog,
          files) {}

Upkeep::~Upkeep() {
    close();
}

void Upkeep::start() {
    thread_ = std::thread([this] { run(); });
}

void Upkeep::close() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    stopped_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Upkeep::run() {
    ::pthread_setname_np(::pthread_self(), "upkeep");
    collect_next_ = clock_.steady();
    do {
        if (clock_.steady() >= look_next_) look();
        if (clock_.steady() >= collect_next_) collect();
    } while (wait());
}

bool Upkeep::wait() {
    std::unique_lock lock(mutex_);
    return !stopped_.wait_until(
        lock, deadline_in(options_.look_every), [this] { return is_stopping_.load(); });
}

void Upkeep::look() {
    for (const catalog::TableIdent& ident : idents_of(options_.names)) {
        const std::string name = catalog::text_of(ident);
        const auto result = tables_.run(ident);
        if (!result) {
            telemetry::upkeep_failed("metadata of " + name, result.error().message);
            look_next_ = clock_.steady() + kLookAfterFailure;
        } else if (!result->is_empty()) {
            telemetry::kept_up({name,
                                result->manifests_merged,
                                result->manifests_written,
                                result->snapshots_expired});
        }
    }
}

void Upkeep::collect() {
    const SteadyTime begin = clock_.steady();
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        has_collected_ ? begin - collected_at_ : SteadyTime::duration(0));
    const auto collected = garbage_.run(elapsed);
    // A pass that failed may have counted its time or not; counting it twice would delete too soon.
    collected_at_ = begin;
    has_collected_ = true;
    const SteadyTime::duration took = clock_.steady() - begin;
    const SteadyTime::duration every = options_.collect_every;
    collect_next_ = begin + std::max(every, took * kCollectShare);
    if (!collected) {
        telemetry::upkeep_failed("unreachable files", collected.error().message);
        return;
    }
    telemetry::collected(collected->deleted,
                         collected->waiting,
                         std::chrono::duration_cast<std::chrono::microseconds>(took));
}

}  // namespace icelight::lake
