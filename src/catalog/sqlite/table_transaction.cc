#include "catalog/sqlite/table_transaction.h"

#include <utility>

#include "base/check.h"
#include "catalog/metadata_file.h"
#include "iceberg/table_metadata_json.h"

namespace icelight::catalog::sqlite {

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
    ICE_ASSIGN(auto row, find_table(connection, ident));
    if (!row) return fail(ErrorCode::kNotFound, "table " + text_of(ident) + " does not exist");
    ICE_ASSIGN(auto table, shop_.tables.load(ident, row->metadata_location));
    Entry entry{std::move(*row), table.metadata, nullptr, {}};
    return &entries_.emplace(ident, std::move(entry)).first->second;
}

Result<> TableTransaction::store_entry(Connection& connection, Entry& entry) {
    iceberg::append_metadata_log(*entry.changed, *entry.base, entry.row.metadata_location);
    TableRow row = entry.row;
    row.version += 1;
    row.metadata_location = make_metadata_location(entry.changed->location, row.version);
    ICE_ASSIGN(const auto path, path_of(row.metadata_location));
    ICE_TRY(files_.write(path, iceberg::encode_table_metadata(*entry.changed)));
    ICE_TRY(swap_table(connection, row, entry.row.metadata_location));
    entry.stored_location = row.metadata_location;
    return {};
}

}  // namespace icelight::catalog::sqlite
