#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/offline.h"
#include "http/response.h"
#include "io/file_system.h"
#include "query/sandbox/sandbox.h"
#include "query/stopped_lake.h"
#include "server/api/sql/query_body.h"
#include "server/command/commands.h"
#include "server/command/directory_lock.h"
#include "server/command/server_client.h"
#include "server/command/target_options.h"
#include "server/command/temporary_directory.h"
#include "server/command/text_table.h"
#include "wal/survey.h"

namespace icelight::server::command {
namespace {

namespace json = boost::json;

constexpr int kFailedStatus = 1;
constexpr std::chrono::seconds kProgressEvery{1};
/// The server ends a query by itself: only then it is silent too long.
constexpr std::chrono::seconds kSilenceBeside{30};
/// For exports, which may be long; JSON and tables are cut after 10,000 rows.
constexpr std::int64_t kRowsMax = 1'000'000'000;

struct Options {
    std::string sql;
    std::string format = "table";
    TargetOptions server;
    std::string as_of;
    std::string space = "analytics";
    std::string events = "events";
    std::string extensions;
    std::int64_t timeout_s = 300;
    bool is_committed_only = false;
};

void add_options(CLI::App& app, Options& options) {
    app.add_option("sql", options.sql, "One SELECT; absent or -: read from stdin");
    app.add_option(
           "--format", options.format, "table (the default), csv, json, ndjson, parquet, arrow")
        ->check(CLI::IsMember({"table", "csv", "json", "ndjson", "parquet", "arrow"}));
    add_target_options(app, options.server);
    app.add_option("--as-of", options.as_of, "A snapshot's id or a time");
    app.add_option("--timeout", options.timeout_s, "Seconds, at most what the server allows")
        ->check(CLI::Range(1, 300));
    app.add_flag("--committed", options.is_committed_only, "Without what the log alone holds");
    app.add_option("--namespace", options.space, "Of the event tables, for a stopped directory");
    app.add_option("--table", options.events, "Their name, for a stopped directory");
    app.add_option("--extensions",
                   options.extensions,
                   "As query.extensions of a server, for a stopped directory");
}

/// Says on stderr that something is going on, when a person looks at it.
class Progress {
public:
    Progress() {
        if (::isatty(STDERR_FILENO) == 1) thread_ = std::thread([this] { run(); });
    }

    ~Progress() {
        {
            const std::lock_guard lock(mutex_);
            is_done_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void add(std::size_t bytes) { bytes_ += bytes; }

private:
    void run() {
        std::unique_lock lock(mutex_);
        int seconds = 0;
        while (!changed_.wait_for(lock, kProgressEvery, [this] { return is_done_; }))
            fmt::print(stderr, "\r{} s, {} KiB ", ++seconds, bytes_.load() >> 10);
        if (seconds > 0) fmt::print(stderr, "\r\033[K");
    }

    std::atomic<std::size_t> bytes_{0};
    std::thread thread_;
    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_done_ = false;
};

std::string read_stdin() {
    std::string text;
    char piece[64 << 10];
    while (const auto got = std::fread(piece, 1, sizeof(piece), stdin))
        text.append(piece, got);
    return text;
}

std::string make_body(const Options& options) {
    json::object body{{"sql", options.sql},
                      {"format", options.format == "table" ? "json" : options.format},
                      {"timeoutMs", options.timeout_s * 1'000}};
    if (!options.as_of.empty()) body["asOf"] = options.as_of;
    if (options.is_committed_only) body["freshness"] = "committed";
    if (options.format == "csv") body["maxRows"] = kRowsMax;
    return json::serialize(body);
}

/// Where an answer goes: to stdout as it comes, or gathered, for a table.
class Output {
public:
    explicit Output(bool is_gathered) : is_gathered_(is_gathered) {}

    bool write(std::string_view bytes) {
        progress_.add(bytes.size());
        if (!is_gathered_)
            return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
        gathered_ += bytes;
        return true;
    }

    const std::string& gathered() const { return gathered_; }

private:
    const bool is_gathered_;
    std::string gathered_;
    Progress progress_;
};

/// @return what was gathered.
Result<std::string> stream_answer(const Target& target, const Options& options) {
    Output output(options.format == "table");
    std::string refusal;
    int status = 0;
    const Call call{.method = "POST",
                    .path = "/query",
                    .body = make_body(options),
                    .silence_max = std::chrono::seconds(options.timeout_s) + kSilenceBeside,
                    .take_status = [&status](int code) {
                        status = code;
                    }};
    ICE_TRY(call_server(target, call, [&](std::string_view bytes) {
        if (status == http::status::kOk) return output.write(bytes);
        refusal += bytes;
        return true;
    }));
    if (status != http::status::kOk) return tl::unexpected(refusal_of(target, status, refusal));
    return output.gathered();
}

Result<query::StoppedLake> find_stopped_lake(const DirectoryLock& directory,
                                             const Options& options) {
    query::StoppedLake lake;
    lake.options.warehouse = directory.path() / "warehouse";
    lake.options.log_directory = directory.path() / "log";
    lake.options.space = options.space;
    lake.options.events = options.events;
    if (!options.extensions.empty())
        lake.options.extensions = std::filesystem::absolute(options.extensions);
    lake.options.allows_missing_landlock = query::landlock_version() == 0;
    ICE_ASSIGN(const auto state,
               catalog::sqlite::load_state_offline(directory.path() / "catalog.db"));
    for (const auto& [ident, location] : state.metadata_locations) {
        lake.tables.push_back({fmt::format("{}", fmt::join(ident.space, ".")),
                               ident.name,
                               location,
                               query::TailKind::kNone});
    }
    const auto watermark = state.watermarks.find(catalog::kEventSink);
    if (watermark != state.watermarks.end()) lake.tail_from = watermark->second.next(0);
    ICE_ASSIGN(const auto log, wal::survey(lake.options.log_directory, io::posix_file_system()));
    lake.tail_to = log.next_offset;
    return lake;
}

Result<std::string> ask_stopped(const DirectoryLock& directory, const Options& options) {
    ICE_ASSIGN(
        auto request,
        parse_query_body(
            make_body(options), std::chrono::seconds(options.timeout_s), query::Format::kJson));
    ICE_ASSIGN(auto lake, find_stopped_lake(directory, options));
    ICE_ASSIGN(const auto spill,
               TemporaryDirectory::make(std::filesystem::temp_directory_path(), "icelight-query-"));
    lake.options.spill_directory = spill->path();
    Output output(options.format == "table");
    request.write = [&output](std::string_view bytes) {
        return output.write(bytes);
    };
    ICE_TRY(query::query_stopped(lake, request));
    return output.gathered();
}

Result<std::string> ask(const Options& options) {
    auto server = complete(options.server, environment_of_process());
    if (server.url.empty()) {
        ICE_ASSIGN(const auto directory, DirectoryLock::open(server.data));
        if (directory.server_address().empty()) return ask_stopped(directory, options);
        server.url = directory.server_address();
    }
    ICE_ASSIGN(const auto target, find_target(server));
    return stream_answer(target, options);
}

}  // namespace

int run_query(const std::vector<std::string>& arguments) {
    Options options;
    CLI::App app("Runs one SELECT and prints its rows", "icelight query");
    add_options(app, options);
    if (const auto status = parse_line(app, arguments)) return *status;
    log::set_level(log::Level::kWarn);
    if (options.sql.empty() || options.sql == "-") options.sql = read_stdin();
    const auto answer = ask(options);
    if (!answer) {
        complain(answer.error().message);
        return kFailedStatus;
    }
    if (options.format == "table") {
        const auto table = make_text_table(*answer);
        if (!table) return complain(table.error().message);
        fmt::print("{}", *table);
        const auto meta = answer->rfind("\"truncated\":true");
        if (meta != std::string::npos && meta > answer->rfind("],\"meta\":")) {
            fmt::print(stderr,
                       "there are more rows; --format csv, ndjson or parquet has them all\n");
        }
    }
    return std::fflush(stdout) == 0 ? 0 : kFailedStatus;
}

}  // namespace icelight::server::command
