#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "catalog/intent.h"
#include "catalog/sink/sink_halt.h"
#include "catalog/sink/watermark.h"
#include "catalog/table_ident.h"
#include "catalog/view_file.h"

namespace icelight::iceberg {
struct TableMetadata;
}

namespace icelight::catalog {

class PinRegistry;
struct RewriteIntent;  // rewrite.h
struct TableCommit;    // table_commit.h
struct ClientRequest;  // client_change.h
struct ClientReply;

/// Of a namespace: where its tables lie. Clients that place tables themselves go by it.
inline constexpr const char* kLocationProperty = "location";

struct Namespace {
    std::vector<std::string> levels;
    std::map<std::string, std::string> properties;
};

/// A table as of one moment. Immutable: later commits make new ones.
struct LoadedTable {
    std::shared_ptr<const iceberg::TableMetadata> metadata;
    std::string metadata_location;  ///< "file:///…/metadata/00007-<uuid>.metadata.json"
};

/// Where a new table is to lie.
struct PlaceRequest {
    TableIdent ident;
    std::string wanted;       ///< Taken if it lies inside the warehouse; may be empty.
    bool is_written = false;  ///< Its folders are made now: a client writes before it commits.
};

/// What a reader needs to see every row once: the tables and the watermark of the same commit.
struct ReadPoint {
    std::map<TableIdent, std::string> metadata_locations;  ///< Tables that exist, of those asked.
    std::map<SinkId, Watermark> watermarks;
};

/// Files that a worker is writing, or wrote, for a commit that did not land.
struct Journal {
    Uuid commit_id;
    std::vector<std::string> paths;  ///< Absolute.
    TimestampUs created_at_us = 0;
};

/// Where every table stands, what is being written, and how far each log is carried: one moment.
struct CatalogState {
    std::map<TableIdent, std::string> metadata_locations;
    std::map<SinkId, Watermark> watermarks;
    std::map<SinkId, std::uint64_t> offsets_gone;  ///< See offsets_gone().
    std::vector<Journal> journals;
    std::vector<std::string> view_locations;  ///< Of their metadata files.
    /// Locations of tables that were dropped to be purged and may still hold files.
    std::vector<std::string> purges;
};

/// Files to delete because no table reached them while the catalog stood so.
struct FileRemoval {
    std::map<TableIdent, std::string> metadata_locations;  ///< CatalogState's.
    std::vector<std::string> paths;                        ///< Absolute, inside the warehouse.
    std::vector<std::string> ended_purges;  ///< CatalogState's that hold no file any more.
};

/// What verify_files() looked at.
struct Verified {
    std::size_t tables = 0;
    std::size_t files = 0;
    bool is_complete = true;  ///< False: more files than the bound; the rest was not looked at.
};

/// Namespaces, tables and the commit queue.
///
/// One implementation keeps them in SQLite (catalog/sqlite/), another will speak to an Iceberg
/// REST catalog. Only a catalog replaces a table's metadata pointer.
///
/// Thread safety: every member, from any thread. All but pins() may touch the disk: network
///   threads go through a worker thread. Those that change something also wait for their turn in
///   the commit queue.
/// Lifetime: close() before destruction; pins end before destruction.
/// Errors of every member: kIo (the OS or SQLite refused), kUnavailable (catalog.db is locked by
///   another process), kShuttingDown (after close()), kOverloaded (the queue is full; nothing
///   was done), kCommitStateUnknown (changing members: it may have been applied).
class Catalog {
public:
    virtual ~Catalog() = default;
    Catalog() = default;
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;

    /// Direct children of `parent` (empty: the top level), by name.
    /// @error kNotFound  `parent` does not exist.
    virtual Result<std::vector<Namespace>> list_namespaces(std::vector<std::string> parent) = 0;
    /// With kLocationProperty, also when nobody set it.
    /// @error kNotFound
    virtual Result<Namespace> load_namespace(std::vector<std::string> levels) = 0;
    /// @error kAlreadyExists; kNotFound: its parent does not exist; kInvalidArgument: a bad level.
    virtual Result<> create_namespace(Namespace space) = 0;
    /// @error kNotFound; kConflict: it still holds tables or namespaces.
    virtual Result<> drop_namespace(std::vector<std::string> levels) = 0;

    /// @error kNotFound  the namespace does not exist.
    virtual Result<std::vector<TableIdent>> list_tables(std::vector<std::string> space) = 0;
    /// The current metadata, from memory when it was read before.
    /// @error kNotFound  no such table, or its metadata file is missing (the message names it).
    /// @error kCorruption  the metadata file does not parse.
    virtual Result<LoadedTable> load_table(TableIdent ident) = 0;
    /// Writes the first metadata file under `metadata.location`, makes its folders, and adds it.
    /// @error kAlreadyExists; kNotFound: no such namespace; kInvalidArgument: location or name.
    virtual Result<LoadedTable> create_table(TableIdent ident, iceberg::TableMetadata metadata) = 0;
    /// Forgets the table; its files stay.
    /// @error kNotFound
    virtual Result<> drop_table(TableIdent ident) = 0;

    /// By name. @error kNotFound  the namespace does not exist.
    virtual Result<std::vector<TableIdent>> list_views(std::vector<std::string> space) = 0;
    /// Reads the view's metadata file.
    /// @error kNotFound  no such view, or its metadata file is missing. kCorruption
    virtual Result<LoadedView> load_view(TableIdent ident) = 0;

    /// Queues our own append; `done` is called once: on the catalog thread, or on this one when
    /// the queue refuses (kOverloaded, kShuttingDown).
    ///
    /// Lands iff W == intent.from. W == intent.to by the same commit id: landed before, is ok.
    /// @error kConflict  any other W or another log; discard the files, start again at W.
    /// @error kNotFound  a table or one of its metadata files is gone.
    /// @error kCommitStateUnknown  keep the files and submit the same intent again.
    virtual void commit(AppendIntent intent, CommitDone done) = 0;
    /// Applies a client's commit in its turn and waits for it.
    /// @error kConflict  a requirement does not hold, or the snapshot was built on a state that is
    ///   gone; kNotFound; kInvalidArgument: an update that cannot be applied. Nothing was changed.
    virtual Result<LoadedTable> commit_table(TableCommit commit) = 0;

    /// Applies a change of our own in its turn and waits for it. What the plan does not want to
    /// change stays, and its journal is cleared.
    /// @error kNotFound; kConflict, others: what the plan says. Nothing was changed.
    virtual Result<LoadedTable> rewrite_table(RewriteIntent intent) = 0;

    /// Makes a change that a client of the REST protocol asks for, in its turn, and waits for it.
    /// Requirements are checked against the state of that turn, so that changes which do not touch
    /// one another all land.
    ///
    /// @error kNotFound, kAlreadyExists  with the words of catalog/refusal.h.
    /// @error kConflict  a requirement does not hold; a snapshot was built on a state that is
    ///   gone; the namespace is not empty.
    /// @error kForbidden  an admin may.
    /// @error kInvalidArgument  cannot be applied, or breaks the rules for tables that the log is
    ///   carried into. Nothing was changed in any of these cases.
    virtual Result<ClientReply> change(ClientRequest request) = 0;
    /// The location for a new table: one that no other table uses.
    virtual Result<std::string> place_table(PlaceRequest request) = 0;

    /// The sink's W; empty before the first adopt_log() or commit.
    virtual Result<std::optional<Watermark>> watermark(SinkId sink) = 0;
    /// Makes `log_uuid` the sink's log with W = next_offset for shard 0: at first start, and when
    /// a lost log is replaced by decision of the operator. The same again is ok.
    /// @error kConflict  W of the sink is not next_offset.
    virtual Result<> adopt_log(SinkId sink, Uuid log_uuid, std::uint64_t next_offset) = 0;

    /// Why the sink carries nothing more, by table; empty: it does. Appends of a halted sink are
    /// refused with kConflict.
    virtual Result<std::vector<SinkHalt>> halts(SinkId sink) = 0;
    /// Ends the halts as the operator decided. @return W.
    /// @error kNotFound  the sink is not halted. kUnsupported: cannot be replayed, and why; nothing
    ///   was changed.
    virtual Result<std::uint64_t> resume(ResumeRequest request) = 0;

    /// The locations of those of `idents` that exist, and all watermarks, of one moment.
    virtual Result<ReadPoint> read_point(std::vector<TableIdent> idents) = 0;
    virtual PinRegistry& pins() = 0;
    virtual Result<CatalogState> state() = 0;

    /// Names, durably, the files a worker is about to write for `commit_id` (absolute paths). The
    /// commit clears it. A second call for the same id replaces the first.
    /// @error kInvalidArgument  a path outside the warehouse, or more than kJournalPathsMax.
    virtual Result<> journal_files(Uuid commit_id, std::vector<std::string> paths) = 0;
    /// Deletes the files of a commit that did not land, unless a table reaches them, and its
    /// journal. For commits that were refused for certain (never after kCommitStateUnknown).
    /// @error kConflict  a table reaches one of them; nothing was deleted.
    virtual Result<> discard_journal(Uuid commit_id) = 0;
    virtual Result<std::vector<Journal>> list_journals() = 0;

    /// Deletes `removal.paths` in the queue's turn, if no table has changed since; those that a
    /// journal names stay, those that are gone already are no error.
    /// @return how many were deleted.
    /// @error kConflict  a table has changed: look again who reaches what. Nothing was deleted.
    /// @error kInvalidArgument  a path outside the warehouse. kIo: the rest stays.
    virtual Result<std::size_t> remove_files(FileRemoval removal) = 0;

    /// Log offsets that once were live rows and no longer are (R of the table identity).
    virtual Result<std::uint64_t> offsets_gone(SinkId sink) = 0;

    /// Looks (by stat) for the manifest list, manifests and data files of every table's current
    /// snapshot, at most `files_max` of them.
    /// @error kCorruption  the first missing file, named, and what to do.
    virtual Result<Verified> verify_files(std::size_t files_max) = 0;

    /// Refuses new work and finishes what is queued.
    /// @error kTimeout  `deadline` passed first; a commit may still be running.
    virtual Result<> close(Deadline deadline) = 0;
};

}  // namespace icelight::catalog
