#include "catalog/sqlite/table_transaction.h"

#include <utility>

#include "base/check.h"
#include "catalog/metadata_file.h"
#include "catalog/refusal.h"
#include "iceberg/json/table_metadata_json.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

Result<> create_table_folders(io::FileSystem& files,
                              const std::filesystem::path& table,
                              const std::filesystem::path& warehouse,
                              std::initializer_list<const char*> parts) {
    ICE_TRY(files.create_directories(table));
    for (const char* part : parts) {
        ICE_TRY(files.create_directories(table / part));
    }
    for (auto folder = table; folder != warehouse.parent_path(); folder = folder.parent_path()) {
        ICE_TRY(files.sync_directory(folder));
    }
    return files.sync_directory(warehouse.parent_path());
}

Result<std::shared_ptr<const iceberg::TableMetadata>> TableTransaction::load(
    Connection& connection, const TableIdent& ident) {
    ICE_ASSIGN(const Entry* entry, open(connection, ident));
    if (entry->changed) return entry->changed;
    return entry->base;
}

void TableTransaction::change(const TableIdent& ident, iceberg::TableMetadata metadata) {
    const auto found = entries_.find(ident);
    ICE_CHECK(found != entries_.end(), "a table is changed that was not loaded");
    found->second.changed = std::make_shared<iceberg::TableMetadata>(std::move(metadata));
}

void TableTransaction::create(const TableIdent& ident, iceberg::TableMetadata metadata) {
    RelationRow row{ident, metadata.table_uuid.text(), {}, -1};
    entries_[ident] = {
        std::move(row), nullptr, std::make_shared<iceberg::TableMetadata>(std::move(metadata)), {}};
}

Result<> TableTransaction::adopt(Connection& connection, const RelationRow& row) {
    ICE_ASSIGN(auto metadata, load_metadata(shop_.files, row.metadata_location));
    ICE_TRY(insert_relation(connection, Relation::kTable, row));
    entries_[row.ident] = {row, std::move(metadata), nullptr, {}};
    gone_.push_back(row.ident);  // what the cache holds of another table of that name
    return {};
}

Result<> TableTransaction::drop(Connection& connection, const TableIdent& ident) {
    ICE_ASSIGN(const bool was_there, remove_relation(connection, Relation::kTable, ident));
    if (!was_there) return no_such_table(ident);
    entries_.erase(ident);
    gone_.push_back(ident);
    return {};
}

Result<> TableTransaction::store(Connection& connection) {
    for (auto& [ident, entry] : entries_) {
        if (!entry.changed) continue;
        ICE_TRY(store_entry(connection, entry));
    }
    ICE_TRY(files_.sync_directories());
    if (shop_.step_hook) {
        ICE_TRY(shop_.step_hook(CommitStep::kMetadataStored));
    }
    return {};
}

void TableTransaction::publish() {
    for (const TableIdent& ident : gone_)
        shop_.tables.forget(ident);
    for (auto& [ident, entry] : entries_) {
        if (entry.stored_location.empty()) continue;
        shop_.tables.publish(ident, {entry.changed, entry.stored_location});
    }
}

LoadedTable TableTransaction::stored(const TableIdent& ident) const {
    const Entry& entry = entries_.at(ident);
    if (entry.stored_location.empty()) return {entry.base, entry.row.metadata_location};
    return {entry.changed, entry.stored_location};
}

Result<TableTransaction::Entry*> TableTransaction::open(Connection& connection,
                                                        const TableIdent& ident) {
    const auto found = entries_.find(ident);
    if (found != entries_.end()) return &found->second;
    ICE_ASSIGN(auto row, find_relation(connection, Relation::kTable, ident));
    if (!row) return no_such_table(ident);
    ICE_ASSIGN(auto table, shop_.tables.load(ident, row->metadata_location));
    Entry entry{std::move(*row), table.metadata, nullptr, {}};
    return &entries_.emplace(ident, std::move(entry)).first->second;
}

Result<> TableTransaction::store_entry(Connection& connection, Entry& entry) {
    const bool is_new = entry.base == nullptr;
    if (!is_new) {
        iceberg::append_metadata_log(*entry.changed, *entry.base, entry.row.metadata_location);
    }
    if (is_new || entry.base->location != entry.changed->location) {
        ICE_ASSIGN(const auto folder, path_inside(entry.changed->location, shop_.warehouse));
        ICE_TRY(create_table_folders(shop_.files, folder, shop_.warehouse, {"metadata", "data"}));
    }
    RelationRow row = entry.row;
    row.version += 1;
    row.metadata_location = make_metadata_location(entry.changed->location, row.version);
    ICE_ASSIGN(const auto path, path_of(row.metadata_location));
    ICE_TRY(files_.write(path, iceberg::encode_table_metadata(*entry.changed)));
    if (is_new) {
        ICE_TRY(insert_relation(connection, Relation::kTable, row));
    } else {
        ICE_TRY(swap_relation(connection, Relation::kTable, row, entry.row.metadata_location));
    }
    entry.stored_location = row.metadata_location;
    return {};
}

}  // namespace icelight::catalog::sqlite
