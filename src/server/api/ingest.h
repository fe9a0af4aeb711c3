#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "base/worker_pool.h"
#include "http/router.h"
#include "server/api/floors.h"
#include "server/inflate.h"
#include "server/reject_quota.h"

namespace icelight::event {
struct ParsedRequest;
}

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {
class Flusher;
}

namespace icelight::wal {
class Log;
struct Batch;
}  // namespace icelight::wal

namespace icelight::server {

class IngestGate;
struct IngestPath;
struct Offsets;

struct IngestOptions {
    InflateLimits inflate;
    FloorLimits floors;
    std::filesystem::path data_directory;
};

/// Takes events from SDKs: body → rows and rejects → log → answer. Nothing is acknowledged before
/// it is on disk.
///
/// Answers: 200 {"success":true,"count":n,"rejected":n,"duplicates":n,"token":"…"} when any event
/// is stored (or was before); 400 with `errors` when none is good; 401, 413, 415, 429 and 503 with
/// Retry-After. `Prefer: return=representation` adds what became of each event.
///
/// Thread safety: handlers run on the net threads; bodies over 64 KiB and compressed ones are
/// parsed on the thread "ingest", those over 1 MiB on "ingest-large", which everything else goes
/// before. Lifetime: everything given to the constructor outlives it; close() before the log
/// closes.
class Ingest {
public:
    Ingest(IngestOptions options,
           wal::Log& log,
           const lake::Flusher& flusher,
           IngestGate& gate,
           io::FileSystem& files,
           const Clock& clock);
    Ingest(const Ingest&) = delete;
    Ingest& operator=(const Ingest&) = delete;

    void add_routes(http::Router& router);

    /// Refuses before the body is read: who may not send, and what there is no room for.
    std::optional<http::Response> check(http::Request& request);

    /// Takes what the body holds, as if it had come by `path`, which outlives the call.
    boost::asio::awaitable<http::Response> post(const IngestPath* path, http::RequestPtr request);

    /// Ends the two threads after what they were given.
    void close();

private:
    struct Parsed;  ///< What a body held, and whose it is.

    boost::asio::awaitable<http::Response> store(std::shared_ptr<Parsed> whole,
                                                 http::RequestPtr request);
    /// The answer with what became of each event.
    boost::asio::awaitable<http::Response> represent(std::shared_ptr<Parsed> whole,
                                                     Offsets offsets,
                                                     http::Response answer);
    Result<Parsed> parse(const IngestPath& path, http::Request& request);
    std::function<Result<Parsed>()> make_parse(const IngestPath* path, http::RequestPtr request);
    static std::function<Result<http::Response>()> make_results(std::shared_ptr<const Parsed> whole,
                                                                const Offsets* offsets,
                                                                http::Response answer);
    wal::Batch make_batch(Parsed& whole);

    // constant after construction
    const IngestOptions options_;
    wal::Log& log_;
    IngestGate& gate_;
    const Clock& clock_;
    // any thread
    RejectQuota quota_;
    Floors floors_;
    WorkerPool pool_;
    WorkerPool large_pool_;  ///< So that giants take turns with each other only.
};

}  // namespace icelight::server
