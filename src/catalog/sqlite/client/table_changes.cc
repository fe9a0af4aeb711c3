#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "catalog/metadata_file.h"
#include "catalog/refusal.h"
#include "catalog/sqlite/client/client_changes.h"
#include "catalog/sqlite/client/names.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

Result<std::int64_t> load_highest_version(io::FileSystem& files, const std::string& location) {
    ICE_ASSIGN(const auto path, path_of(location));
    ICE_ASSIGN(const auto names, files.list(path.parent_path()));
    std::int64_t highest = 0;
    for (const std::string& name : names)
        highest = std::max(highest, find_metadata_version(name).value_or(0));
    return highest;
}

/// A name that a table may take.
Result<> ClientChanges::Step::require_free(const TableIdent& ident) {
    ICE_TRY(check_name(ident.name));
    ICE_TRY(require_namespace(connection, ident.space));
    ICE_ASSIGN(const auto existing, find_relation(connection, Relation::kTable, ident));
    if (existing) return table_exists(ident);
    ICE_ASSIGN(const auto view, find_relation(connection, Relation::kView, ident));
    if (view) return same_name(Noun::kView, ident);
    return {};
}

Result<bool> ClientChanges::Step::operator()(const CreateTable& change) {
    ICE_TRY(check_name(change.ident.name));
    ICE_TRY(path_inside(change.metadata.location, owner.shop_.warehouse));
    ICE_TRY(require_free(change.ident));
    const bool is_sink = owner.find_sink(change.ident) != nullptr;
    if (is_sink && !change.is_ours) return made_by_the_server(change.ident);
    ICE_TRY(remove_purge(connection, change.metadata.location));
    tables.create(change.ident, change.metadata);
    return true;
}

Result<bool> ClientChanges::Step::operator()(const RegisterTable& change) {
    const TableIdent& ident = change.ident;
    ICE_ASSIGN(const auto existing, find_relation(connection, Relation::kTable, ident));
    if (existing && change.overwrites) {
        if (owner.find_sink(ident) != nullptr) {
            return fail(ErrorCode::kInvalidArgument,
                        text_of(ident) + " is fed from the log: it may not be replaced");
        }
        ICE_TRY(tables.drop(connection, ident));
    } else {
        ICE_TRY(require_free(ident));
        if (owner.find_sink(ident) != nullptr) return made_by_the_server(ident);
    }
    ICE_TRY(path_inside(change.metadata_location, owner.shop_.warehouse));
    ICE_ASSIGN(const auto metadata, load_metadata(owner.shop_.files, change.metadata_location));
    ICE_TRY(path_inside(metadata->location, owner.shop_.warehouse));
    ICE_ASSIGN(const auto version,
               load_highest_version(owner.shop_.files, change.metadata_location));
    const RelationRow row{ident, metadata->table_uuid.text(), change.metadata_location, version};
    ICE_TRY(remove_purge(connection, metadata->location));
    ICE_TRY(tables.adopt(connection, row));
    return true;
}

Result<bool> ClientChanges::Step::operator()(const RenameTable& change) {
    ICE_ASSIGN(const auto row, find_relation(connection, Relation::kTable, change.from));
    if (!row) return no_such_table(change.from);
    if (owner.find_sink(change.from) != nullptr) {
        return fail(ErrorCode::kInvalidArgument,
                    text_of(change.from) + " is fed from the log: it may not be renamed");
    }
    ICE_ASSIGN(const auto view, find_relation(connection, Relation::kView, change.to));
    if (view) return cannot_rename(change.from, change.to, Noun::kView);
    ICE_TRY(require_free(change.to));
    ICE_TRY(tables.drop(connection, change.from));
    RelationRow renamed = *row;
    renamed.ident = change.to;
    ICE_TRY(insert_relation(connection, Relation::kTable, renamed));
    return true;
}

Result<bool> ClientChanges::Step::operator()(const DropTable& change) {
    const SinkTable* sink = owner.find_sink(change.ident);
    if (sink != nullptr && !change.is_admin) {
        return fail(ErrorCode::kForbidden,
                    text_of(change.ident) + " is fed from the log: dropping it needs an admin");
    }
    if (sink != nullptr) {
        const auto table = tables.load(connection, change.ident);
        if (table) {
            ICE_TRY(owner.account_for(connection, *sink, **table, {}));
        }
    }
    if (change.is_purge) {
        const auto table = tables.load(connection, change.ident);
        // What nobody can read has no location that could be purged.
        if (table) {
            ICE_TRY(store_purge(connection, (*table)->location));
        }
    }
    ICE_TRY(tables.drop(connection, change.ident));
    return true;
}

}  // namespace icelight::catalog::sqlite
