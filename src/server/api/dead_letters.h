#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "base/worker_pool.h"
#include "http/router.h"
#include "server/inflate.h"
#include "server/replay/dead_letter_query.h"
#include "wal/batch.h"

namespace icelight::query {
class Service;
}

namespace icelight::wal {
class Log;
}  // namespace icelight::wal

namespace icelight::server {

class Auth;

/// What the route works with; all of it outlives the router.
struct DeadLetterRoutes {
    query::Service& query;
    wal::Log& log;
    const Auth& auth;
    WorkerPool& pool;  ///< For what takes longer than a net thread has.
    DeadLetterTables tables;
    InflateLimits inflate;
};

/// POST /api/dead-letters/replay: runs rejected events through today's rules and appends what
/// comes of them, good or bad, with the offset of the reject they came from.
///
/// Which rejects were replayed before is read from the tables and the log, and a reject's outcome
/// is one batch of the log: a crash at any point leaves each reject replayed once or not at all.
/// Of a reject whose events were all stored before, nothing is left to name it: a note closes it,
/// behind its batch, since only the log's answer tells. A crash between both leaves it open and
/// stores nothing twice; the next replay notes it.
/// One replay runs at a time (409 otherwise): two could take the same reject.
/// Thread safety: handlers run on the net threads. Lifetime: shared by the route's handler.
class DeadLetters {
public:
    static void add_routes(http::Router& router, DeadLetterRoutes with);

    explicit DeadLetters(DeadLetterRoutes with) : with_(std::move(with)) {}

private:
    /// What became of the rejects of one call.
    struct Report {
        ReplayTotals totals;
        std::string not_replayable = "[]";  ///< JSON.
        std::uint64_t taken = 0;            ///< Rejects that were run again.
        std::uint64_t stored = 0;           ///< Events.
        std::uint64_t duplicates = 0;
        std::uint64_t rejected = 0;
        std::uint64_t next_offset = 0;  ///< Of the log, past the last thing appended; 0: nothing.
    };

    /// What goes into the log at once, and whose part of it is what.
    struct Outcome {
        struct Part {
            std::size_t rows = 0;
            std::size_t rejects = 0;
            std::string note;  ///< The encoded reject that closes it when all its rows were there.
        };

        wal::Batch batch;
        std::vector<Part> parts;  ///< One a reject, in the order of their rows.
    };

    using Outcomes = std::vector<Outcome>;

    boost::asio::awaitable<http::Response> answer(http::RequestPtr request);
    boost::asio::awaitable<Result<Report>> replay(ReplayRequest request);
    /// Runs the rejects at `offsets` again and, unless it is a dry run, appends the outcome.
    boost::asio::awaitable<Result<>> replay_some(std::vector<std::uint64_t> offsets,
                                                 bool is_dry_run,
                                                 std::shared_ptr<Report> report);
    /// The reply of one SELECT, JSON.
    boost::asio::awaitable<Result<std::string>> select(std::string sql);
    /// Appends an outcome, then the notes that it needs.
    boost::asio::awaitable<Result<>> store(Outcome outcome, std::shared_ptr<Report> report);
    /// What the rejects of `reply` become, one after the other; one reject is never split.
    Result<Outcomes> rerun_all(const std::string& reply) const;
    std::function<Result<Outcomes>()> rerun_later(std::string reply) const;
    http::Response make_answer(const ReplayRequest& request, const Report& report) const;

    const DeadLetterRoutes with_;
    std::atomic<bool> is_running_ = false;
};

}  // namespace icelight::server
