#include "catalog/sqlite/sqlite_catalog.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "catalog/client_change.h"
#include "catalog/commit_queue.h"
#include "catalog/pins.h"
#include "catalog/refusal.h"
#include "catalog/sqlite/adoption.h"
#include "catalog/sqlite/client/client_changes.h"
#include "catalog/sqlite/committer.h"
#include "catalog/sqlite/halt_rows.h"
#include "catalog/sqlite/journals.h"
#include "catalog/sqlite/placement.h"
#include "catalog/sqlite/reads.h"
#include "catalog/sqlite/resume.h"
#include "catalog/sqlite/rewriter.h"
#include "catalog/sqlite/schema.h"
#include "catalog/sqlite/startup.h"
#include "catalog/telemetry.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {

namespace {

ConnectionOptions connection_options(const Options& options) {
    return {options.database, options.busy_timeout, options.vfs};
}

class SqliteCatalog final : public Catalog {
public:
    SqliteCatalog(Options options, io::FileSystem& files, const Clock& clock)
        : options_(std::move(options)),
          files_(files),
          tables_(files),
          lists_(files),
          shop_{files,
                clock,
                tables_,
                lists_,
                options_.step_hook,
                options_.warehouse,
                options_.view_folders},
          writer_(connection_options(options_), options_.step_hook),
          committer_(shop_, writer_, pins_),
          client_changes_(shop_, writer_, committer_, options_.sink_tables) {}

    /// First call; once.
    Result<> start();

    Result<std::vector<Namespace>> list_namespaces(std::vector<std::string> parent) override;
    Result<Namespace> load_namespace(std::vector<std::string> levels) override;
    Result<> create_namespace(Namespace space) override;
    Result<> drop_namespace(std::vector<std::string> levels) override;
    Result<std::vector<TableIdent>> list_tables(std::vector<std::string> space) override;
    Result<LoadedTable> load_table(TableIdent ident) override;
    Result<LoadedTable> create_table(TableIdent ident, iceberg::TableMetadata metadata) override;
    Result<> drop_table(TableIdent ident) override;
    Result<std::vector<TableIdent>> list_views(std::vector<std::string> space) override;
    Result<LoadedView> load_view(TableIdent ident) override;
    void commit(AppendIntent intent, CommitDone done) override;
    Result<LoadedTable> commit_table(TableCommit commit) override;
    Result<LoadedTable> rewrite_table(RewriteIntent intent) override;
    Result<ClientReply> change(ClientRequest request) override;
    Result<std::string> place_table(PlaceRequest request) override;
    Result<std::optional<Watermark>> watermark(SinkId sink) override;
    Result<> adopt_log(SinkId sink, Uuid log_uuid, std::uint64_t next_offset) override;
    Result<std::vector<SinkHalt>> halts(SinkId sink) override;
    Result<std::uint64_t> resume(ResumeRequest request) override;
    Result<ReadPoint> read_point(std::vector<TableIdent> idents) override;

    PinRegistry& pins() override { return pins_; }

    Result<CatalogState> state() override;
    Result<std::size_t> remove_files(FileRemoval removal) override;

    Result<> journal_files(Uuid commit_id, std::vector<std::string> paths) override;
    Result<> discard_journal(Uuid commit_id) override;
    Result<std::vector<Journal>> list_journals() override;
    Result<std::uint64_t> offsets_gone(SinkId sink) override;
    Result<Verified> verify_files(std::size_t files_max) override;
    Result<> close(Deadline deadline) override;

private:
    /// Runs `read` in one read transaction; on the caller's thread.
    template <class T>
    Result<T> read(const std::function<Result<T>(Connection&)>& read) {
        const std::lock_guard lock(reader_mutex_);
        ICE_ASSIGN(auto transaction, Transaction::begin(reader_, TransactionKind::kRead));
        return read(reader_);
    }

    /// Runs `change` in its turn on the catalog thread.
    Result<> in_turn(std::function<Result<>()> change);

    /// The tables whose state is ours to answer for: what clients do to the files of their own
    /// tables may not keep the server from starting. All of them when none is named in Options.
    std::vector<RelationRow> our_tables(const std::vector<RelationRow>& rows) const;

    /// Deletes what the journals of `is_meant` name. @return how many journals went.
    Result<std::size_t> clean_journals(const std::function<bool(const Journal&)>& is_meant);

    // constant after start
    const Options options_;
    io::FileSystem& files_;
    // safe from any thread
    TableCache tables_;
    PinRegistry pins_;
    // guarded by reader_mutex_
    std::mutex reader_mutex_;
    Connection reader_;
    // catalog thread only, once the queue runs
    ManifestLists lists_;
    Workshop shop_;
    Writer writer_;
    Committer committer_;
    ClientChanges client_changes_;
    // last: its thread uses the above
    std::unique_ptr<CommitQueue> queue_;
};

Result<> SqliteCatalog::start() {
    const ConnectionOptions options = connection_options(options_);
    {
        ICE_ASSIGN(auto connection, Connection::open(options, ConnectionMode::kCreate));
        ICE_TRY(prepare_schema(connection, shop_.clock.now_us()));
        ICE_TRY(set_durability(connection));
    }
    // SQLite syncs the folder for its logs, but not for the database file's own name.
    ICE_TRY(files_.sync_directory(options_.database.parent_path()));
    ICE_ASSIGN(reader_, Connection::open(options, ConnectionMode::kReadWrite));
    ICE_ASSIGN(const Contents contents, read<Contents>(load_contents));
    const auto ours = our_tables(contents.tables);
    ICE_TRY(check_places(ours, options_.warehouse));
    ICE_ASSIGN(const auto halted, read<std::vector<SinkHalt>>([](Connection& connection) {
                   return load_halts(connection, kEventSink);
               }));
    ICE_TRY(check_tables(files_, tables_, ours, contents.sinks, !halted.empty()));
    ICE_TRY(verify_tables(files_, tables_, ours, options_.verified_files_max));
    ICE_TRY(clean_journals([](const Journal&) { return true; }));
    const auto sink = contents.sinks.find(kEventSink);
    if (sink != contents.sinks.end()) pins_.advance(sink->second.progress.watermark.next(0));
    telemetry::opened(options_.database.string(), contents.tables.size(), contents.journals.size());
    telemetry::watermark(pins_.next_offset());
    queue_ = std::make_unique<CommitQueue>(options_.queued_intents_max,
                                           [this](std::vector<QueuedAppend> appends) {
                                               committer_.commit_appends(std::move(appends));
                                           });
    return {};
}

std::vector<RelationRow> SqliteCatalog::our_tables(const std::vector<RelationRow>& rows) const {
    std::vector<RelationRow> ours;
    for (const RelationRow& row : rows) {
        const auto& sinks = options_.sink_tables;
        const bool is_ours = std::any_of(
            sinks.begin(), sinks.end(), [&](const auto& sink) { return sink.ident == row.ident; });
        if (sinks.empty() || is_ours) ours.push_back(row);
    }
    return ours;
}

Result<std::vector<Namespace>> SqliteCatalog::list_namespaces(std::vector<std::string> parent) {
    return read<std::vector<Namespace>>(
        [&](Connection& connection) { return list_children(connection, parent); });
}

Result<Namespace> SqliteCatalog::load_namespace(std::vector<std::string> levels) {
    ICE_ASSIGN(auto space, read<Namespace>([&](Connection& connection) {
                   return sqlite::load_namespace(connection, std::move(levels));
               }));
    ICE_ASSIGN(const auto folder, place_namespace(options_.warehouse, space.levels));
    space.properties.try_emplace(kLocationProperty, io::file_location(folder));
    return space;
}

Result<> SqliteCatalog::create_namespace(Namespace space) {
    ICE_TRY(change({CreateNamespace{std::move(space)}, std::nullopt}));
    return {};
}

Result<> SqliteCatalog::drop_namespace(std::vector<std::string> levels) {
    ICE_TRY(change({DropNamespace{std::move(levels)}, std::nullopt}));
    return {};
}

Result<std::vector<TableIdent>> SqliteCatalog::list_tables(std::vector<std::string> space) {
    return read<std::vector<TableIdent>>(
        [&](Connection& connection) { return list_members(connection, Relation::kTable, space); });
}

Result<LoadedTable> SqliteCatalog::load_table(TableIdent ident) {
    ICE_ASSIGN(const auto row, read<std::optional<RelationRow>>([&](Connection& connection) {
                   return find_relation(connection, Relation::kTable, ident);
               }));
    if (!row) return no_such_table(ident);
    return tables_.load(ident, row->metadata_location);
}

Result<LoadedTable> SqliteCatalog::create_table(TableIdent ident, iceberg::TableMetadata metadata) {
    ICE_ASSIGN(auto reply,
               change({CreateTable{std::move(ident), std::move(metadata), true}, std::nullopt}));
    return std::move(reply.tables.at(0));
}

Result<> SqliteCatalog::drop_table(TableIdent ident) {
    ICE_TRY(change({DropTable{std::move(ident), true}, std::nullopt}));
    return {};
}

Result<std::vector<TableIdent>> SqliteCatalog::list_views(std::vector<std::string> space) {
    return read<std::vector<TableIdent>>(
        [&](Connection& connection) { return list_members(connection, Relation::kView, space); });
}

Result<LoadedView> SqliteCatalog::load_view(TableIdent ident) {
    ICE_ASSIGN(const auto row, read<std::optional<RelationRow>>([&](Connection& connection) {
                   return find_relation(connection, Relation::kView, ident);
               }));
    if (!row) return no_such_view(ident);
    ICE_ASSIGN(auto metadata, load_view_metadata(files_, row->metadata_location));
    return LoadedView{std::move(metadata), row->metadata_location};
}

void SqliteCatalog::commit(AppendIntent intent, CommitDone done) {
    auto is_sound = check_intent(intent);
    if (!is_sound) {
        done(tl::unexpected(std::move(is_sound).error()));
        return;
    }
    queue_->push({std::move(intent), std::move(done)});
}

Result<LoadedTable> SqliteCatalog::commit_table(TableCommit commit) {
    ICE_ASSIGN(auto reply, change({CommitTables{{std::move(commit)}}, std::nullopt}));
    return std::move(reply.tables.at(0));
}

Result<ClientReply> SqliteCatalog::change(ClientRequest request) {
    return queue_->run<ClientReply>([&] { return client_changes_.apply(request); });
}

Result<std::string> SqliteCatalog::place_table(PlaceRequest request) {
    return sqlite::place_table(files_, options_.warehouse, request, shop_.clock.now_us());
}

Result<LoadedTable> SqliteCatalog::rewrite_table(RewriteIntent intent) {
    return queue_->run<LoadedTable>([&]() -> Result<LoadedTable> {
        TableTransaction tables(shop_);
        ICE_ASSIGN(const bool has_changed, sqlite::rewrite_table(shop_, writer_, tables, intent));
        if (has_changed) committer_.publish(tables, pins_.next_offset());
        return tables.stored(intent.table);
    });
}

Result<std::optional<Watermark>> SqliteCatalog::watermark(SinkId sink) {
    ICE_ASSIGN(const auto sinks, (read<std::map<SinkId, SinkRow>>(load_sinks)));
    const auto found = sinks.find(sink);
    if (found == sinks.end()) return std::nullopt;
    return found->second.progress.watermark;
}

Result<> SqliteCatalog::adopt_log(SinkId sink, Uuid log_uuid, std::uint64_t next_offset) {
    return in_turn([&]() -> Result<> {
        TableTransaction tables(shop_);
        const Adoption adoption{sink, log_uuid, next_offset};
        ICE_TRY(sqlite::adopt_log(tables, shop_.clock, writer_, adoption));
        committer_.publish(tables, sink == kEventSink ? next_offset : pins_.next_offset());
        return {};
    });
}

Result<std::vector<SinkHalt>> SqliteCatalog::halts(SinkId sink) {
    return read<std::vector<SinkHalt>>(
        [&](Connection& connection) { return load_halts(connection, sink); });
}

Result<std::uint64_t> SqliteCatalog::resume(ResumeRequest request) {
    return queue_->run<std::uint64_t>([&]() -> Result<std::uint64_t> {
        TableTransaction tables(shop_);
        ICE_ASSIGN(const std::uint64_t watermark,
                   resume_sink(shop_, writer_, tables, options_.sink_tables, request));
        committer_.publish_tables(tables);
        return watermark;
    });
}

Result<ReadPoint> SqliteCatalog::read_point(std::vector<TableIdent> idents) {
    return read<ReadPoint>(
        [&](Connection& connection) { return load_read_point(connection, std::move(idents)); });
}

Result<CatalogState> SqliteCatalog::state() {
    return read<CatalogState>(load_state);
}

Result<std::size_t> SqliteCatalog::remove_files(FileRemoval removal) {
    return queue_->run<std::size_t>([&] { return sqlite::remove_files(shop_, writer_, removal); });
}

Result<> SqliteCatalog::journal_files(Uuid commit_id, std::vector<std::string> paths) {
    if (paths.size() > kJournalPathsMax) {
        return fail(
            ErrorCode::kInvalidArgument,
            fmt::format("{} files in one commit, at most {}", paths.size(), kJournalPathsMax));
    }
    const JournalCleaning cleaning(files_, options_.warehouse);
    for (const std::string& path : paths) {
        ICE_TRY(cleaning.check_path(path));
    }
    const Journal journal{commit_id, std::move(paths), shop_.clock.now_us()};
    return in_turn([&]() -> Result<> {
        ICE_TRY(writer_.transact([&](Connection& connection) -> Result<bool> {
            ICE_TRY(store_journal(connection, journal));
            return true;
        }));
        return {};
    });
}

Result<> SqliteCatalog::discard_journal(Uuid commit_id) {
    return in_turn([&]() -> Result<> {
        std::size_t found = 0;
        ICE_ASSIGN(const std::size_t cleaned, clean_journals([&](const Journal& journal) {
                       const bool is_meant = journal.commit_id == commit_id;
                       found += is_meant ? 1 : 0;
                       return is_meant;
                   }));
        if (cleaned == found) return {};
        return fail(ErrorCode::kConflict,
                    "files of commit " + commit_id.text() + " may be reached by a table; all kept");
    });
}

Result<std::size_t> SqliteCatalog::clean_journals(
    const std::function<bool(const Journal&)>& is_meant) {
    std::size_t cleaned = 0;
    // Inside a transaction: it ends any doubt about a commit before a file is touched.
    ICE_TRY(writer_.transact([&](Connection& connection) -> Result<bool> {
        ICE_ASSIGN(Contents contents, load_contents(connection));
        std::erase_if(contents.journals, [&](const Journal& it) { return !is_meant(it); });
        if (contents.journals.empty()) return false;
        std::vector<LoadedTable> tables;
        for (const RelationRow& row : contents.tables) {
            auto table = tables_.load(row.ident, row.metadata_location);
            // What nobody can read reaches nothing; of our own tables it is an error.
            if (!table && our_tables({row}).empty()) continue;
            if (!table) return tl::unexpected(std::move(table).error());
            tables.push_back(std::move(*table));
        }
        const JournalCleaning cleaning(files_, options_.warehouse);
        ICE_ASSIGN(cleaned, cleaning.clean(connection, contents.journals, tables));
        return cleaned > 0;
    }));
    return cleaned;
}

Result<std::vector<Journal>> SqliteCatalog::list_journals() {
    return read<std::vector<Journal>>(load_journals);
}

Result<std::uint64_t> SqliteCatalog::offsets_gone(SinkId sink) {
    ICE_ASSIGN(const auto sinks, (read<std::map<SinkId, SinkRow>>(load_sinks)));
    const auto found = sinks.find(sink);
    return found == sinks.end() ? 0 : found->second.offsets_gone;
}

Result<Verified> SqliteCatalog::verify_files(std::size_t files_max) {
    ICE_ASSIGN(const auto rows, read<std::vector<RelationRow>>([](Connection& connection) {
                   return load_relations(connection, Relation::kTable);
               }));
    return verify_tables(files_, tables_, rows, files_max);
}

Result<> SqliteCatalog::close(Deadline deadline) {
    return queue_->close(deadline);
}

Result<> SqliteCatalog::in_turn(std::function<Result<>()> change) {
    ICE_TRY(queue_->run<bool>([change = std::move(change)]() -> Result<bool> {
        ICE_TRY(change());
        return true;
    }));
    return {};
}

}  // namespace

Result<std::unique_ptr<Catalog>> open_catalog(Options options,
                                              io::FileSystem& files,
                                              const Clock& clock) {
    if (!options.warehouse.is_absolute()) {
        return fail(ErrorCode::kInvalidArgument,
                    options.warehouse.string() + ": the warehouse needs an absolute path");
    }
    options.warehouse = options.warehouse.lexically_normal();
    if (!options.warehouse.has_filename()) options.warehouse = options.warehouse.parent_path();
    auto catalog = std::make_unique<SqliteCatalog>(std::move(options), files, clock);
    ICE_TRY(catalog->start());
    return catalog;
}

}  // namespace icelight::catalog::sqlite
