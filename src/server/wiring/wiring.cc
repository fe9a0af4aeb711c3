#include "server/wiring/wiring.h"

#include <optional>
#include <utility>

#include "app/key_store.h"
#include "app/queries/query_history.h"
#include "app/queries/saved_queries.h"
#include "base/clock.h"
#include "base/worker_pool.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "http/listener.h"
#include "io/file_system.h"
#include "lake/flush/flusher.h"
#include "lake/flush/worker_client.h"
#include "lake/tables.h"
#include "lake/upkeep/upkeep.h"
#include "query/sandbox/sandbox.h"
#include "query/service.h"
#include "server/api/cors.h"
#include "server/api/cube/routes.h"
#include "server/api/dead_letters.h"
#include "server/api/health.h"
#include "server/api/iceberg/routes.h"
#include "server/api/ingest.h"
#include "server/api/keys.h"
#include "server/api/lake/changes.h"
#include "server/api/lake/fsck.h"
#include "server/api/lake/table_detail.h"
#include "server/api/lake/tables.h"
#include "server/api/live.h"
#include "server/api/pixel.h"
#include "server/api/query.h"
#include "server/api/source_config.h"
#include "server/api/sql/assist.h"
#include "server/api/sql/queries.h"
#include "server/api/sql/query_record.h"
#include "server/api/sql/saved.h"
#include "server/api/webhook.h"
#include "server/auth.h"
#include "server/config.h"
#include "server/cubes/load_model.h"
#include "server/data_directory.h"
#include "server/external/catalog_file.h"
#include "server/ingest_gate.h"
#include "server/listen_address.h"
#include "server/port_holder.h"
#include "server/telemetry.h"
#include "server/wiring/options.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

constexpr std::size_t kCatalogPoolThreads = 2;
constexpr std::size_t kCatalogPoolItemsMax = 256;
constexpr std::size_t kChecksWaitingMax = 4;
/// Changes of clients that may stand in the commit queue at once: so many a flush waits for at
/// most.
constexpr std::size_t kCatalogWriteThreads = 2;
constexpr std::size_t kAppPoolItemsMax = 64;

Result<std::unique_ptr<http::Listener>> open_listener(const Config& config,
                                                      const ListenAddress& listen) {
    http::ListenerOptions options;
    options.address = listen.address;
    options.port = listen.port;
    options.threads = net_threads(config);
    options.limits.body_bytes_max =
        static_cast<std::size_t>(config.number("ingest.body-bytes-max"));
    auto opened = http::Listener::open(std::move(options), system_clock());
    if (opened || opened.error().code != ErrorCode::kAlreadyExists) return opened;
    return fail(ErrorCode::kAlreadyExists,
                opened.error().message + " (" + describe_port_holder(listen) +
                    "); stop it or give --listen another port");
}

/// The log, at the table's watermark; a log that is new to the catalog is adopted.
Result<std::unique_ptr<wal::Log>> open_log(const Config& config,
                                           const DataDirectory& directory,
                                           catalog::Catalog& catalog) {
    ICE_ASSIGN(const auto watermark, catalog.watermark(catalog::kEventSink));
    wal::TableWatermark at;
    if (watermark) at = {watermark->log_uuid, watermark->next(0)};
    ICE_ASSIGN(auto log,
               wal::Log::open(log_options(config, directory),
                              io::posix_file_system(),
                              system_clock(),
                              at,
                              config.is_on("log.new")));
    if (!watermark || watermark->log_uuid != log->uuid()) {
        ICE_TRY(catalog.adopt_log(catalog::kEventSink, log->uuid(), at.next_offset));
    }
    return log;
}

}  // namespace

/// In the order of construction; destroyed in reverse.
struct Wiring::Parts {
    explicit Parts(DataDirectory opened) : directory(std::move(opened)) {}

    DataDirectory directory;
    std::unique_ptr<http::Listener> listener;
    std::optional<app::Database> database;
    std::unique_ptr<app::KeyStore> keys;
    std::unique_ptr<app::SavedQueries> saved;
    WorkerPool app_pool{"app", 1, kAppPoolItemsMax};
    std::unique_ptr<app::QueryHistory> history;  ///< Puts work on the pool to the end.
    std::unique_ptr<Auth> auth;
    std::unique_ptr<IngestGate> gate;
    std::unique_ptr<catalog::Catalog> catalog;
    std::unique_ptr<wal::Log> log;
    std::unique_ptr<lake::Flusher> flusher;
    std::unique_ptr<lake::Upkeep> upkeep;
    std::unique_ptr<query::Service> query;
    semantic::BuiltModel cubes;
    CatalogFile external;
    WorkerPool catalog_pool{"catalog-read", kCatalogPoolThreads, kCatalogPoolItemsMax};
    WorkerPool fsck_pool{"fsck", 1, kChecksWaitingMax};
    WorkerPool catalog_writers{"catalog-write", kCatalogWriteThreads, kCatalogPoolItemsMax};
    std::unique_ptr<Ingest> ingest;
    std::unique_ptr<Live> live;

    // In this order.
    Result<> open_keys(const Config& config, const ListenAddress& listen);
    Result<> open_storage(const Config& config);
    Result<> start_work(const Config& config);
    Result<> check_cubes();
    std::shared_ptr<const http::Router> make_router(const Config& config, bool is_public);
    void add_lake_routes(http::Router& router, const Config& config);
};

Wiring::Wiring(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Wiring::~Wiring() = default;

Result<std::unique_ptr<Wiring>> Wiring::start(const Config& config) {
    ICE_ASSIGN(const auto listen, parse_listen_address(config.text("server.listen")));
    raise_open_files_limit();

    ICE_ASSIGN(auto cubes, load_model(config));
    ICE_ASSIGN(auto external, load_external_catalogs(config));
    ICE_ASSIGN(auto directory, DataDirectory::open(config.text("server.data")));
    auto parts = std::make_unique<Parts>(std::move(directory));
    parts->cubes = std::move(cubes);
    parts->external = std::move(external);
    ICE_TRY(parts->open_keys(config, listen));
    ICE_ASSIGN(auto listener, open_listener(config, listen));
    parts->listener = std::move(listener);
    ICE_TRY(parts->directory.announce("http://" + parts->listener->address()));
    ICE_TRY(parts->open_storage(config));
    auto works = parts->start_work(config);

    std::unique_ptr<Wiring> wiring(new Wiring(std::move(parts)));
    if (works) works = wiring->parts_->check_cubes();
    if (!works) {
        wiring->stop({});
        return tl::unexpected(std::move(works).error());
    }
    auto& serving = *wiring->parts_->listener;
    serving.serve(wiring->parts_->make_router(config, !is_loopback_host(listen.address)));
    wiring->address_ = serving.address();
    telemetry::started(wiring->address_, config.summary());
    if (!wiring->parts_->gate->is_key_needed()) telemetry::keys_advised();
    return wiring;
}

/// Before the port is taken: who may use it must be known by then.
Result<> Wiring::Parts::open_keys(const Config& config, const ListenAddress& listen) {
    ICE_ASSIGN(const auto proxies, ProxyList::parse(config.text("ingest.trusted-proxies")));
    ICE_ASSIGN(database, app::Database::open(directory.app_file(), system_clock()));
    ICE_ASSIGN(keys, app::KeyStore::open(*database, system_clock()));
    saved = std::make_unique<app::SavedQueries>(*database, system_clock());
    history =
        std::make_unique<app::QueryHistory>(*database, app_pool, app::QueryHistory::Options{});
    history->start();
    const KeysInForce in_force = [store = keys.get()] {
        return store->table();
    };
    auth = std::make_unique<Auth>(auth_options(config, proxies), in_force);
    gate = std::make_unique<IngestGate>(gate_options(config, proxies), in_force, system_clock());
    if (gate->is_key_needed() && !gate->has_usable_key() && !keys->table()->has_sources()) {
        return fail(ErrorCode::kInvalidArgument,
                    "auth.enabled is on but there is no write key; make one with 'icelight source "
                    "add NAME' or set auth.token (AUTH_TOKEN)");
    }
    const bool has_landlock = query::landlock_version() > 0;
    ICE_TRY(check_sql_exposure(listen, has_landlock, config.is_on("query.insecure-sql")));
    if (!has_landlock) telemetry::sql_without_landlock();
    return check_exposure(listen,
                          {.has_write_key = gate->is_key_needed(),
                           .has_token = auth->has_token(),
                           .is_insecure_allowed = config.is_on("server.insecure")});
}

Result<> Wiring::Parts::open_storage(const Config& config) {
    auto& files = io::posix_file_system();
    ICE_ASSIGN(catalog,
               catalog::sqlite::open_catalog({.database = directory.catalog_file(),
                                              .warehouse = directory.warehouse(),
                                              .sink_tables = lake::sink_tables(table_names(config)),
                                              .view_folders = view_folders(config)},
                                             files,
                                             system_clock()));
    ICE_ASSIGN(log, open_log(config, directory, *catalog));
    return lake::ensure_tables(*catalog, table_names(config), system_clock());
}

/// @error kInvalidArgument  the engine's extensions; everything is there all the same, to be
/// stopped.
Result<> Wiring::Parts::start_work(const Config& config) {
    auto& files = io::posix_file_system();
    flusher = std::make_unique<lake::Flusher>(
        lake::FlusherOptions{
            .log_directory = directory.log(),
            .names = table_names(config),
            .target_lag = config.duration("lake.target-lag"),
            .bytes_max = static_cast<std::uint64_t>(config.number("lake.flush-bytes-max"))},
        *log,
        *catalog,
        files,
        system_clock());
    flusher->start();
    upkeep = std::make_unique<lake::Upkeep>(
        upkeep_options(config, directory), *catalog, files, system_clock());
    upkeep->start();
    auto sql = query_options(config, directory);
    sql.externals = std::move(external.catalogs);
    sql.ca_file = std::move(external.ca_file);
    sql.note_end = [this](const query::QueryEnd& end) {
        if (auto record = make_query_record(end)) history->note(std::move(*record));
    };
    query = std::make_unique<query::Service>(std::move(sql), *log, *catalog, system_clock());
    auto started = query->start();
    const bool is_misconfigured = !started && started.error().code == ErrorCode::kInvalidArgument;
    if (!started && !is_misconfigured) telemetry::sql_unavailable(started.error().message);
    ingest = std::make_unique<Ingest>(
        ingest_options(config, directory), *log, *flusher, *gate, files, system_clock());
    const auto names = table_names(config);
    live = std::make_unique<Live>(LiveOptions{
        *log, directory.log(), *flusher, *catalog, {names.space, names.events}, *auth, files});
    if (is_misconfigured) return started;
    return {};
}

/// Where the engine answers nothing, ingest goes on, and so do the cubes, unchecked.
Result<> Wiring::Parts::check_cubes() {
    ICE_ASSIGN(const auto why_not, check_model(cubes.probes, *query));
    if (!why_not.empty()) telemetry::cubes_unchecked(why_not);
    cubes.probes.clear();
    return {};
}

std::shared_ptr<const http::Router> Wiring::Parts::make_router(const Config& config,
                                                               bool is_public) {
    auto router = std::make_shared<http::Router>();
    set_policies(*router,
                 {.allowed_hosts = config.text("server.allowed-hosts"),
                  .is_public = is_public,
                  .allowed_origins = config.text("ingest.allowed-origins")});
    ingest->add_routes(*router);
    live->add_routes(*router);
    add_pixel_routes(*router, *ingest);
    add_webhook_routes(*router, *ingest);
    add_source_config_routes(*router, *gate);
    add_query_routes(*router,
                     {.service = *query,
                      .log = *log,
                      .auth = *auth,
                      .timeout = config.duration("query.timeout"),
                      .threads = static_cast<int>(config.number("query.threads")),
                      .memory_bytes_max = config.number("query.memory-bytes-max")});
    add_assist_routes(
        *router, {.service = *query, .auth = *auth, .timeout = config.duration("query.timeout")});
    add_queries_routes(*router,
                       {.service = *query, .history = *history, .auth = *auth, .pool = app_pool});
    add_saved_routes(*router, {*saved, *auth, app_pool});
    DeadLetters::add_routes(
        *router,
        {*query,
         *log,
         *auth,
         catalog_pool,
         DeadLetterTables(config.text("lake.namespace"), config.text("lake.table")),
         inflate_limits(config)});
    add_cube_routes(*router,
                    {.service = *query,
                     .model = *cubes.model,
                     .auth = *auth,
                     .timeout = config.duration("query.timeout"),
                     .clock = system_clock()});
    add_key_routes(*router, {*keys, *auth, app_pool});
    add_lake_routes(*router, config);
    add_health_routes(*router, {*log, *flusher, *query, system_clock()});
    return router;
}

void Wiring::Parts::add_lake_routes(http::Router& router, const Config& config) {
    add_table_routes(router, {*catalog, *auth, catalog_pool});
    add_table_detail_routes(router, {*catalog, *auth, catalog_pool});
    add_change_routes(
        router,
        {.service = *query,
         .log = *log,
         .auth = *auth,
         .pool = catalog_pool,
         .events =
             DeadLetterTables(config.text("lake.namespace"), config.text("lake.table")).events,
         .timeout = config.duration("query.timeout")});
    add_fsck_routes(router,
                    {.catalog = *catalog,
                     .log = *log,
                     .auth = *auth,
                     .pool = fsck_pool,
                     .names = table_names(config),
                     .garbage_list = directory.garbage_list(),
                     .gc_min_age = config.duration("lake.gc-min-age")});
    add_catalog_routes(router, {*catalog, *auth, catalog_pool, catalog_writers});
}

void Wiring::stop(const StopLimits& limits) {
    telemetry::stopping();
    auto note = [](const char* part, const Result<>& outcome) {
        if (!outcome) telemetry::stop_cut_short(part, outcome.error().message);
    };
    parts_->live->close();
    note("requests", parts_->listener->close(deadline_in(limits.requests)));
    parts_->query->close(deadline_in(std::chrono::milliseconds(0)));
    parts_->history->close();
    parts_->catalog_writers.close();
    parts_->ingest->close();
    note("log", parts_->log->close(deadline_in(limits.log)));
    note("flush", parts_->flusher->close(deadline_in(limits.flush)));
    parts_->upkeep->close();
    note("catalog", parts_->catalog->close(deadline_in(limits.catalog)));
    parts_->catalog_pool.close();
    parts_->fsck_pool.close();
    parts_->app_pool.close();
    telemetry::stopped();
}

}  // namespace icelight::server
