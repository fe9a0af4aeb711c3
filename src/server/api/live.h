#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "base/worker_pool.h"
#include "catalog/table_ident.h"
#include "http/router.h"
#include "server/live/watch.h"

namespace icelight::catalog {
class Catalog;
}

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {
class Flusher;
}

namespace icelight::server {

class Auth;

/// What the route works with; all of it outlives the Live.
struct LiveOptions {
    const wal::Log& log;
    std::filesystem::path log_directory;
    const lake::Flusher& flusher;
    catalog::Catalog& catalog;
    catalog::TableIdent events;
    const Auth& auth;
    io::FileSystem& files;
};

/// GET /api/live: what becomes durable and what is committed, as server-sent events
/// (live/message.h), filtered by the query (live/filter.h), resumed by Last-Event-ID.
///
/// Readers read the log by themselves on the thread "live-read". At most kReadersMax; more are 429.
/// Thread safety: handlers run on the net threads. Lifetime: close() before the listener closes,
///   destroyed after it.
class Live {
public:
    static constexpr std::size_t kReadersMax = 32;

    explicit Live(LiveOptions options);
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    void add_routes(http::Router& router);

    /// Ends every stream after what it has sent, and refuses new ones with 503.
    void close();

private:
    class Stream;

    boost::asio::awaitable<http::Response> answer(http::RequestPtr request);
    Result<live::Commits> find_commits(std::uint64_t above);

    // constant after construction
    const LiveOptions options_;
    // any thread
    std::atomic<std::size_t> readers_ = 0;
    live::Watch watch_;
    WorkerPool pool_;
};

}  // namespace icelight::server
