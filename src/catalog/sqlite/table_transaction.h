#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/commit_step.h"
#include "catalog/file_batch.h"
#include "catalog/manifest_lists.h"
#include "catalog/sqlite/rows.h"
#include "catalog/table_cache.h"
#include "catalog/table_commit.h"

namespace icelight::catalog::sqlite {

/// What commits work with; owned by the catalog, used on its thread.
struct Workshop {
    io::FileSystem& files;
    const Clock& clock;
    TableCache& tables;
    ManifestLists& lists;
    StepHook step_hook;
    std::filesystem::path warehouse;
    std::vector<std::filesystem::path> view_folders;
};

/// The pointer is about to name a file in the folder `table` of the warehouse: makes its `parts`
/// and the names of all folders down to them durable.
Result<> create_table_folders(io::FileSystem& files,
                              const std::filesystem::path& table,
                              const std::filesystem::path& warehouse,
                              std::initializer_list<const char*> parts);

/// The tables one SQLite transaction changes: loaded once, changed in memory, written once.
///
/// Several changes of one table make one metadata file. Nothing is visible to others before
/// publish(). Thread safety: none; the catalog thread's.
class TableTransaction {
public:
    explicit TableTransaction(Workshop& shop) : shop_(shop), files_(shop.files) {}

    /// The table as this transaction has made it so far.
    /// @error kNotFound  no such table, or its metadata file is missing.
    Result<std::shared_ptr<const iceberg::TableMetadata>> load(Connection& connection,
                                                               const TableIdent& ident);
    /// Replaces what load() gave.
    void change(const TableIdent& ident, iceberg::TableMetadata metadata);

    /// Adds a table that catalog.db does not have. `metadata.location` lies in the warehouse.
    void create(const TableIdent& ident, iceberg::TableMetadata metadata);
    /// Points `ident` at a metadata file that is there already.
    /// @param row  the location, and the highest version in its folder.
    Result<> adopt(Connection& connection, const RelationRow& row);
    /// @error kNotFound
    Result<> drop(Connection& connection, const TableIdent& ident);

    /// Writes the metadata file of every new or changed table, syncs all folders, swaps the
    /// pointers in the transaction.
    Result<> store(Connection& connection);

    /// Files written for this transaction: lists by the caller, metadata by store().
    FileBatch& files() { return files_; }

    /// After COMMIT: makes the changed tables the current ones of this process.
    void publish();

    /// After a transaction that did not land for certain: removes the files again.
    void take_back() { files_.take_back(); }

    /// Whether the table was loaded, created or adopted here.
    bool holds(const TableIdent& ident) const { return entries_.contains(ident); }

    /// The state of a table held here, as store() left it.
    LoadedTable stored(const TableIdent& ident) const;

private:
    struct Entry {
        RelationRow row;                                     ///< As catalog.db has it.
        std::shared_ptr<const iceberg::TableMetadata> base;  ///< What the row points to, or null.
        std::shared_ptr<iceberg::TableMetadata> changed;     ///< base and our changes, or null.
        std::string stored_location;                         ///< Of `changed`, after store().
    };

    Result<Entry*> open(Connection& connection, const TableIdent& ident);
    Result<> store_entry(Connection& connection, Entry& entry);

    Workshop& shop_;
    FileBatch files_;
    std::map<TableIdent, Entry> entries_;
    std::vector<TableIdent> gone_;  ///< To be forgotten by publish().
};

}  // namespace icelight::catalog::sqlite
