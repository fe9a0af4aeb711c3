#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "query/answer_cache.h"
#include "query/jobs.h"
#include "query/service.h"
#include "query/worker/worker_client.h"
#include "query/worker/worker_pool.h"

namespace icelight::query {

/// Answers one job at a time for each thread that calls: from what is kept, else in a worker.
///
/// Thread safety: all members, from any thread; `run` blocks on the log, workers and SQLite.
/// Lifetime: options, log, catalog and clock outlive it.
class JobRunner {
public:
    JobRunner(const Options& options, wal::Log& log, catalog::Catalog& catalog, const Clock& clock);

    /// Starts the workers and waits until one can serve; tries the extensions in a worker that ends
    /// then. @error as Service::start.
    Result<> start();

    /// An answer of before, as old as the job's request allows; nothing when it allows none.
    std::optional<Reply> find_recent(const Job& job);

    /// Waits for the log where the request asks for it, takes a worker and has it answer.
    /// @error as the class Service says.
    Result<Reply> run(Job& job);

    /// Readiness, problem, crashes and kills; the queue's numbers are the caller's.
    Status status() const;

    /// Ends the workers. None may be out.
    void close();

private:
    Result<> wait_for_log(const Job& job) const;
    std::optional<Reply> find_exact(const Job& job);
    Reply take_kept(const Job& job, const CachedAnswer& answer) const;
    Result<> check_extensions() const;
    Result<Reply> run_with_extension(Job& job);
    static Result<Statement> prepare_on(WorkerClient& worker, const Job& job);
    Result<Reply> execute_on(WorkerClient& worker, Job& job, const Statement& statement);
    void settle(WorkerPool& pool, std::unique_ptr<WorkerClient> worker);

    const Options& options_;
    wal::Log& log_;
    catalog::Catalog& catalog_;
    const Clock& clock_;            ///< For measuring; waits go by the machine's.
    std::unique_ptr<Relay> relay_;  ///< With external catalogs. Outlives the workers.
    WorkerPool pool_;
    /// Started by the first query that needs it. As many as there are threads, so that none waits
    /// here while a plain worker is idle.
    WorkerPool iceberg_pool_;
    AnswerCache cache_;
    std::atomic<std::uint64_t> crashes_{0};
    std::atomic<std::uint64_t> kills_{0};
};

}  // namespace icelight::query
