#include "server/wiring/options.h"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "query/sandbox/sandbox.h"

namespace icelight::server {
namespace {

/// So many a second, and ten seconds' worth at once.
Rate make_rate(const Config& config, std::string_view key) {
    constexpr double kBurstSeconds = 10;
    const auto per_second = static_cast<double>(config.number(key));
    return {.per_second = per_second, .burst = per_second * kBurstSeconds};
}

}  // namespace

Auth::Options auth_options(const Config& config, const ProxyList& proxies) {
    return {.api_token = config.text("auth.api-token"),
            .is_insecure = config.is_on("server.insecure"),
            .proxies = proxies};
}

IngestGateOptions gate_options(const Config& config, const ProxyList& proxies) {
    IngestGateOptions options{
        .write_key = config.text("auth.token"),
        .proxies = proxies,
        .source_rate = make_rate(config, "ingest.source-events-per-second"),
        .address_rate = make_rate(config, "ingest.address-requests-per-second")};
    if (config.is_set("auth.enabled")) options.is_key_needed = config.is_on("auth.enabled");
    return options;
}

wal::Options log_options(const Config& config, const DataDirectory& directory) {
    wal::Options options;
    options.directory = directory.log();
    options.segment_bytes = static_cast<std::uint64_t>(config.number("log.segment-bytes"));
    options.queue_bytes_max = static_cast<std::size_t>(config.number("log.queue-bytes-max"));
    options.window_age =
        std::chrono::duration_cast<std::chrono::seconds>(config.duration("duplicates.window"));
    options.window_bytes_max = static_cast<std::size_t>(config.number("duplicates.bytes-max"));
    return options;
}

query::Options query_options(const Config& config, const DataDirectory& directory) {
    query::Options options;
    options.warehouse = directory.warehouse();
    options.log_directory = directory.log();
    options.spill_directory = directory.spill();
    options.space = config.text("lake.namespace");
    options.events = config.text("lake.table");
    options.workers = static_cast<std::size_t>(config.number("query.workers"));
    options.memory_limit_bytes =
        static_cast<std::uint64_t>(config.number("query.memory-bytes-max"));
    options.threads = static_cast<int>(config.number("query.threads"));
    const auto& extensions = config.text("query.extensions");
    if (!extensions.empty()) options.extensions = std::filesystem::absolute(extensions);
    options.allows_shared_network = config.is_on("query.insecure-sql");
    // Where that is not for this machine alone, open_keys() has asked for --insecure-sql.
    options.allows_missing_landlock = query::landlock_version() == 0;
    return options;
}

lake::TableNames table_names(const Config& config) {
    return {.space = {config.text("lake.namespace")}, .events = config.text("lake.table")};
}

lake::UpkeepOptions upkeep_options(const Config& config, const DataDirectory& directory) {
    lake::UpkeepOptions options;
    options.names = table_names(config);
    options.retention.snapshots_kept =
        static_cast<std::size_t>(config.number("lake.snapshots-kept"));
    options.retention.age = config.duration("lake.snapshot-age");
    options.gc_min_age = config.duration("lake.gc-min-age");
    options.retention.unreferenced_age = std::max(options.retention.age, options.gc_min_age);
    options.garbage_list = directory.garbage_list();
    return options;
}

std::vector<std::filesystem::path> view_folders(const Config& config) {
    std::vector<std::filesystem::path> folders;
    std::istringstream text(config.text("catalog.view-folders"));
    for (std::string folder; std::getline(text, folder, ':');) {
        std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
        if (!path.has_filename()) path = path.parent_path();
        if (path.is_absolute()) folders.push_back(std::move(path));
    }
    return folders;
}

InflateLimits inflate_limits(const Config& config) {
    InflateLimits limits;
    limits.bytes_max = static_cast<std::size_t>(config.number("ingest.inflated-bytes-max"));
    return limits;
}

IngestOptions ingest_options(const Config& config, const DataDirectory& directory) {
    IngestOptions options;
    options.inflate = inflate_limits(config);
    options.floors.unflushed_bytes_max =
        static_cast<std::uint64_t>(config.number("log.unflushed-bytes-max"));
    options.data_directory = directory.path();
    return options;
}

std::size_t net_threads(const Config& config) {
    const auto wanted = static_cast<std::size_t>(config.number("server.threads"));
    if (wanted > 0) return wanted;
    return std::max<std::size_t>(1, std::thread::hardware_concurrency() / 2);
}

}  // namespace icelight::server
