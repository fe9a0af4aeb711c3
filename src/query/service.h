#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/session.h"
#include "query/as_of.h"
#include "query/external/external_catalog.h"
#include "query/limits.h"

namespace icelight::wal {
class Log;
}

namespace icelight::catalog {
class Catalog;
}

/// SQL of strangers over the tables and the log's tail, in worker processes that can do nothing
/// else.
namespace icelight::query {

enum class Format : std::uint8_t { kJson, kCsv, kNdjson, kParquet, kArrow };

/// Replies of the first two are cut after Request::rows_max rows; exports are whole.
constexpr bool is_export(Format format) {
    return format != Format::kJson && format != Format::kCsv;
}

inline constexpr std::size_t kSqlBytesMax = 256u << 10;
inline constexpr std::uint64_t kReplyRowsMax = 10'000;
inline constexpr std::size_t kReplyBytesMax = 256u << 20;      ///< JSON and CSV.
inline constexpr std::uint64_t kExportBytesMax = 16ull << 30;  ///< The other formats.
inline constexpr std::size_t kQueryNameBytesMax = 128;
inline constexpr std::size_t kColumnsBytesMax = 4u << 10;
inline constexpr std::size_t kValueBytesMax = 16u << 20;
inline constexpr std::chrono::milliseconds kDeadlineDefault{30'000};
inline constexpr std::chrono::milliseconds kDeadlineMax{300'000};
inline constexpr std::chrono::milliseconds kWaitAfterMax{5'000};

/// Names a running or waiting query; ascending, also from one start of the server to the next.
using QueryId = std::uint64_t;

/// Who thought of a query.
enum class Origin : std::uint8_t {
    kServer,  ///< This server, to answer something else.
    kSql,     ///< The user, in SQL.
    kCube,    ///< The user, in the words of the semantic layer.
};

/// Takes pieces of a body in order, on a thread of the service; may block while the client is
/// slow, not past the query's deadline. False: the client is gone, stop.
using WriteBody = std::function<bool(std::string_view)>;

/// A value bound to $1, $2, ...
using Value = engine::Value;

/// What an answer was made from and what it took.
struct ReplyFacts {
    std::uint64_t rows = 0;
    bool is_truncated = false;               ///< There were more than rows_max rows.
    std::chrono::microseconds waited{0};     ///< For a worker, and for X-Lake-After.
    std::chrono::microseconds planned{0};    ///< Gate, tail, manifests.
    std::chrono::microseconds execution{0};  ///< All the worker did, planning and writing included.
    std::optional<std::int64_t> snapshot_id;  ///< Of the first table that has one.
    std::uint64_t tail_from = 0;              ///< W.
    std::uint64_t tail_to = 0;                ///< P.
    std::uint64_t tail_rows = 0;              ///< Offsets in [W, P): rows and rejected events.
    /// Everything acknowledged before this moment was looked at; of committed data and asOf, when
    /// the snapshot was made. 0: there is no table.
    TimestampUs data_through_us = 0;
    std::uint64_t files = 0;          ///< Data files of all tables named.
    std::uint64_t files_skipped = 0;  ///< Which their statistics left out.
    std::uint64_t rows_scanned = 0;   ///< Of the files that were left, and of the tail.
    std::uint64_t bytes_scanned = 0;  ///< Sizes of those files.
    /// [{"name":"a","type":"BIGINT"}]; empty when it is longer than kColumnsBytesMax, and of JSON,
    /// whose body has it.
    std::string columns_json;
};

struct Request {
    QueryId id = 0;  ///< Of Service::make_id(); 0: one is made.
    Origin origin = Origin::kServer;
    std::string sql;            ///< At most kSqlBytesMax.
    std::string name;           ///< The client's own, for cancel_named(); may be empty.
    std::string owner;          ///< Whose query: owners take turns, and hold half the queue each.
    std::vector<Value> values;  ///< For $1 ... $n, exactly as many; together at most kSqlBytesMax.
    Format format = Format::kJson;
    std::chrono::milliseconds timeout = kDeadlineDefault;  ///< Queueing included; <= kDeadlineMax.
    /// Answer from a state that holds every row of the log below this offset (X-Lake-After).
    std::optional<std::uint64_t> after_offset;
    bool is_committed_only = false;  ///< Leave the log's tail out: what other engines see.
    /// The tables as they were; without the log's tail.
    std::optional<AsOf> as_of;
    /// An answer to the same question may be this old; 0: exact. While no table of it changed and
    /// the log did not grow, one of before is exact.
    std::chrono::milliseconds staleness_max{0};
    bool wants_run = false;                  ///< Take no answer of before, exact or not.
    bool is_check = false;                   ///< Plan and run nothing: the body is empty.
    std::uint64_t rows_max = kReplyRowsMax;  ///< JSON and CSV.
    Limits limits;                           ///< Of the owner.
    WriteBody write;                         ///< Empty: the body comes whole, in Reply::body.
};

struct Reply {
    std::string_view content_type;
    std::string body;  ///< Empty when Request::write took it.
    ReplyFacts facts;
    std::uint64_t bytes_written = 0;  ///< Of the body.
    /// The answer is one of before, so old; nothing was run.
    std::optional<std::chrono::milliseconds> age;
};

std::string_view content_type_of(Format format);

/// Called once, on a thread of the service (or the caller's, when refused or answered at once).
///
/// When an error comes after write() was called, the reply is incomplete: break the stream off.
using Done = std::function<void(Result<Reply>)>;

/// A query that ended, just before its Done is called.
struct QueryEnd {
    QueryId id = 0;
    const Request& request;
    TimestampUs started_us = 0;
    std::chrono::microseconds took{0};
    const Result<Reply>& reply;
};

struct Options {
    std::filesystem::path warehouse;        ///< Absolute; the workers read it.
    std::filesystem::path log_directory;    ///< Absolute; the workers read it.
    std::filesystem::path spill_directory;  ///< Made if absent; each worker gets sql-N in it.
    std::string space = "analytics";        ///< Namespace of the event tables; levels by '.'.
    std::string events = "events";          ///< Their name; rejects: + "__rejected".
    std::size_t workers = 2;                ///< Queries at a time; one spare is kept beside.
    std::size_t queued_max = 64;            ///< Waiting queries; half of them of one owner.
    std::size_t queued_bytes_max = 4u << 20;
    std::uint64_t memory_limit_bytes = 1u << 30;  ///< Per worker; the tail counts in it.
    std::uint64_t spill_bytes_max = 1u << 30;     ///< Per worker.
    std::uint64_t tail_bytes_max = 256u << 20;    ///< Of log bytes above W; more: kUnavailable.
    std::uint64_t recycle_bytes = 1u << 30;       ///< A worker resident above this is replaced.
    std::size_t cache_bytes_max = 16u << 20;      ///< Of answers kept, to be given again.
    int threads = 2;                              ///< Of one worker.
    /// DuckDB extension directory, absolute, with avro and iceberg: for tables that only the latter
    /// reads. Empty: those are refused.
    std::filesystem::path extensions;
    /// Catalogs of others; with them `extensions` holds httpfs too. Their hosts are all that a
    /// worker which reads them can reach, through a relay of the service.
    std::vector<ExternalCatalog> externals;
    std::filesystem::path ca_file;  ///< Certificates for their https; may be empty.
    /// Read them also where workers get no network of their own.
    bool allows_shared_network = false;
    bool is_isolated = true;  ///< Own namespaces where permitted.
    /// Serve although the kernel has no Landlock: the other fences alone.
    bool allows_missing_landlock = false;
    /// Called for each query that ends, on the thread that ends it; must not block. May be empty.
    std::function<void(const QueryEnd&)> note_end;
};

/// A query that waits or runs.
struct ActiveQuery {
    QueryId id = 0;
    std::string name;
    std::string owner;
    std::string sql;
    bool is_running = false;  ///< Else it waits for a worker.
    std::chrono::milliseconds age{0};
    std::chrono::milliseconds left{0};  ///< Of its time.
};

/// For /health and the start-up line.
struct Status {
    bool is_ready = false;      ///< A worker passed its self-test and can take a query.
    std::string problem;        ///< Why not; empty while ready or starting.
    std::size_t active = 0;     ///< Queries in workers.
    std::size_t queued = 0;     ///< Waiting for a worker.
    std::uint64_t crashes = 0;  ///< Since start.
    std::uint64_t kills = 0;    ///< Deadline kills since start.
};

/// Runs queries in a pool of sandboxed worker processes.
///
/// A query sees the tables at one commit plus the log from that commit's watermark to the durable
/// position at its admission: everything acknowledged before it, each row once.
///
/// Threads: one per worker (they block on workers, SQLite and the disk), one for each kind of
/// worker
///   that starts and reaps them, and `query-queue`, which ends what waits past its deadline or is
///   cancelled; it sleeps while nothing waits. Thread safety: all members, from any thread; none
///   blocks but start and close.
/// Lifetime: log, catalog and clock outlive it; close() before destruction.
/// Errors a query may end with: kInvalidArgument (refused by the gate: the message begins
///   "SQL validation failed: "; wrong SQL, out of memory, a value or reply too large), kOverloaded
///   (queue full), kTimeout, kUnavailable (no worker passes its self-test, the tail is too long),
///   kShuttingDown, kUnsupported (a table that cannot be read yet), kCorruption and kIo (stored
///   bytes or the machine; also a worker that crashed).
class Service {
public:
    Service(Options options, wal::Log& log, catalog::Catalog& catalog, const Clock& clock);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Starts the threads and waits, at most 10 s, until one worker can serve.
    ///
    /// @error kUnavailable  none does; the message says why (no Landlock, a self-test that failed).
    ///   The service stays up and answers queries with that error.
    /// @error kInvalidArgument  a worker cannot load Options::extensions, or must not have
    ///   Options::externals: set them right; the message names the option.
    Result<> start();

    /// For Request::id, when the caller must know it before the query ends.
    QueryId make_id();

    /// Queues a query.
    QueryId run(Request request, Done done);

    /// Ends a query soon, with kShuttingDown if it had not ended by itself. Unknown ids: nothing.
    void cancel(QueryId id);

    /// The same by Request::name, or by the id as text; only queries of `owner`, or of everybody
    /// when it is empty. @return how many there were.
    std::size_t cancel_named(std::string_view name, std::string_view owner);

    /// Oldest first.
    std::vector<ActiveQuery> active() const;

    Status status() const;

    /// Refuses new queries, lets the running ones end until `deadline`, cancels the rest, ends the
    /// workers.
    void close(Deadline deadline);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace icelight::query
