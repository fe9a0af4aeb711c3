#include "server/testing/test_server.h"

#include <optional>
#include <utility>

#include "app/key_store.h"
#include "app/queries/query_history.h"
#include "app/queries/saved_queries.h"
#include "base/check.h"
#include "base/worker_pool.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "http/listener.h"
#include "io/file_system.h"
#include "lake/flush/flusher.h"
#include "lake/flush/worker_client.h"
#include "lake/tables.h"
#include "query/service.h"
#include "semantic/events_cube.h"
#include "server/api/cube/routes.h"
#include "server/api/dead_letters.h"
#include "server/api/health.h"
#include "server/api/iceberg/routes.h"
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
#include "wal/log.h"

namespace icelight::server::testing {
namespace {

constexpr std::chrono::seconds kStopWait{5};
constexpr std::chrono::seconds kQueryTimeout{5};
constexpr std::uint64_t kSegmentBytes = 2 << 20;

template <class T>
T take(Result<T> result) {
    ICE_CHECK(result.has_value(), result.error().message);
    return std::move(*result);
}

void must(const Result<>& outcome) {
    ICE_CHECK(outcome.has_value(), outcome.error().message);
}

std::unique_ptr<catalog::Catalog> open_catalog(const std::filesystem::path& path) {
    return take(catalog::sqlite::open_catalog({.database = path / "catalog.db",
                                               .warehouse = path / "warehouse",
                                               .sink_tables = lake::sink_tables({})},
                                              io::posix_file_system(),
                                              system_clock()));
}

}  // namespace

/// In the order of construction; destroyed in reverse.
struct TestServer::Parts {
    icelight::testing::TempDir directory;
    std::unique_ptr<http::Listener> listener;
    std::unique_ptr<catalog::Catalog> catalog;
    std::unique_ptr<wal::Log> log;
    std::unique_ptr<lake::Flusher> flusher;
    std::unique_ptr<query::Service> query;
    WorkerPool pool{"catalog-read", 1, 16};
    WorkerPool writers{"catalog-write", 1, 16};
    std::optional<app::Database> database;
    std::unique_ptr<app::KeyStore> keys;
    std::unique_ptr<app::SavedQueries> saved;
    WorkerPool app_pool{"app", 1, 16};
    std::unique_ptr<app::QueryHistory> history;
    std::unique_ptr<Auth> auth;
    semantic::Model model{{semantic::make_events_cube("events", semantic::default_json_fields())}};
    std::unique_ptr<IngestGate> gate;
    std::unique_ptr<Ingest> ingest;
    std::unique_ptr<Live> live;

    void add_sql_routes(http::Router& router);
    void add_lake_routes(http::Router& router);
};

void TestServer::Parts::add_sql_routes(http::Router& router) {
    add_query_routes(router,
                     {.service = *query,
                      .log = *log,
                      .auth = *auth,
                      .timeout = kQueryTimeout,
                      .threads = 2,
                      .memory_bytes_max = 1 << 30});
    add_assist_routes(router, {.service = *query, .auth = *auth, .timeout = kQueryTimeout});
    add_queries_routes(router,
                       {.service = *query, .history = *history, .auth = *auth, .pool = app_pool});
    add_saved_routes(router, {*saved, *auth, app_pool});
    DeadLetters::add_routes(
        router, {*query, *log, *auth, pool, DeadLetterTables("analytics", "events"), {}});
    add_cube_routes(router,
                    {.service = *query,
                     .model = model,
                     .auth = *auth,
                     .timeout = kQueryTimeout,
                     .clock = system_clock()});
}

void TestServer::Parts::add_lake_routes(http::Router& router) {
    add_table_routes(router, {*catalog, *auth, pool});
    add_table_detail_routes(router, {*catalog, *auth, pool});
    add_change_routes(router,
                      {.service = *query,
                       .log = *log,
                       .auth = *auth,
                       .pool = pool,
                       .events = "analytics.events",
                       .timeout = kQueryTimeout});
    add_catalog_routes(router, {*catalog, *auth, pool, writers});
    add_fsck_routes(router,
                    {.catalog = *catalog,
                     .log = *log,
                     .auth = *auth,
                     .pool = pool,
                     .names = {},
                     .garbage_list = directory.path() / "garbage",
                     .gc_min_age = std::chrono::hours(6)});
}

TestServer::TestServer(TestServerOptions options) : parts_(std::make_unique<Parts>()) {
    auto& files = io::posix_file_system();
    auto& clock = system_clock();
    const auto path = parts_->directory.path();
    parts_->listener = take(http::Listener::open({}, clock));
    parts_->catalog = open_catalog(path);
    parts_->log = take(wal::Log::open(
        {.directory = path / "log", .segment_bytes = kSegmentBytes}, files, clock, {}, false));
    must(parts_->catalog->adopt_log(catalog::kEventSink, parts_->log->uuid(), 0));
    must(lake::ensure_tables(*parts_->catalog, {}, clock));
    parts_->flusher =
        std::make_unique<lake::Flusher>(lake::FlusherOptions{.log_directory = path / "log"},
                                        *parts_->log,
                                        *parts_->catalog,
                                        files,
                                        clock);
    query::Options sql{.warehouse = path / "warehouse", .log_directory = path / "log"};
    sql.note_end = [this](const query::QueryEnd& end) {
        if (auto record = make_query_record(end)) parts_->history->note(std::move(*record));
    };
    parts_->query =
        std::make_unique<query::Service>(std::move(sql), *parts_->log, *parts_->catalog, clock);
    auto& database = parts_->database.emplace(take(app::Database::open(path / "app.db", clock)));
    parts_->saved = std::make_unique<app::SavedQueries>(database, clock);
    parts_->history = std::make_unique<app::QueryHistory>(
        database, parts_->app_pool, app::QueryHistory::Options{});
    parts_->history->start();
    parts_->keys = take(app::KeyStore::open(database, clock));
    const KeysInForce in_force = [store = parts_->keys.get()] {
        return store->table();
    };
    parts_->auth = std::make_unique<Auth>(std::move(options.auth), in_force);
    parts_->gate = std::make_unique<IngestGate>(std::move(options.gate), in_force, clock);
    parts_->ingest =
        std::make_unique<Ingest>(IngestOptions{.floors = options.floors, .data_directory = path},
                                 *parts_->log,
                                 *parts_->flusher,
                                 *parts_->gate,
                                 files,
                                 clock);
    parts_->live = std::make_unique<Live>(LiveOptions{*parts_->log,
                                                      path / "log",
                                                      *parts_->flusher,
                                                      *parts_->catalog,
                                                      {{"analytics"}, "events"},
                                                      *parts_->auth,
                                                      files});
    auto router = std::make_shared<http::Router>();
    set_policies(*router, std::move(options.policies));
    parts_->ingest->add_routes(*router);
    parts_->live->add_routes(*router);
    add_pixel_routes(*router, *parts_->ingest);
    add_webhook_routes(*router, *parts_->ingest);
    add_source_config_routes(*router, *parts_->gate);
    add_key_routes(*router, {*parts_->keys, *parts_->auth, parts_->app_pool});
    parts_->add_lake_routes(*router);
    parts_->add_sql_routes(*router);
    add_health_routes(*router, {*parts_->log, *parts_->flusher, *parts_->query, clock});
    parts_->listener->serve(router);
}

TestServer::~TestServer() {
    parts_->live->close();
    must(parts_->listener->close(deadline_in(kStopWait)));
    parts_->ingest->close();
    must(parts_->log->close(deadline_in(kStopWait)));
    must(parts_->catalog->close(deadline_in(kStopWait)));
    parts_->pool.close();
    parts_->history->close();
    parts_->app_pool.close();
}

http::testing::Answer TestServer::call(std::string_view request) const {
    http::testing::Client client(port());
    return client.call(request);
}

http::testing::Answer TestServer::post(std::string_view path,
                                       std::string_view body,
                                       std::string_view headers) const {
    return call(http::testing::make_request("POST", path, body, headers));
}

http::testing::Answer TestServer::get(std::string_view path, std::string_view headers) const {
    return call(http::testing::make_request("GET", path, {}, headers));
}

std::uint16_t TestServer::port() const {
    return parts_->listener->port();
}

wal::Log& TestServer::log() {
    return *parts_->log;
}

std::vector<StoredItem> TestServer::stored() const {
    return read_stored_items(parts_->directory.path() / "log", *parts_->log);
}

}  // namespace icelight::server::testing
