#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "catalog/metadata_file.h"
#include "catalog/refusal.h"
#include "catalog/sqlite/client/client_changes.h"
#include "catalog/sqlite/client/names.h"
#include "catalog/view_file.h"
#include "iceberg/json/view_metadata_json.h"

namespace icelight::catalog::sqlite {

namespace {

/// Property: where the view's metadata files go, instead of "<location>/metadata".
constexpr const char* kMetadataPath = "write.metadata.path";

struct ViewPlace {
    std::string location;          ///< As the client spells it.
    std::filesystem::path folder;  ///< The same as a path.
    std::filesystem::path root;    ///< What it lies in: the warehouse, or a folder for views.
};

/// @error kInvalidArgument  neither in the warehouse nor in a folder that is open to views.
Result<ViewPlace> place_of(const Workshop& shop, const iceberg::ViewMetadata& metadata) {
    const auto wanted = metadata.properties.find(kMetadataPath);
    const std::string location =
        wanted == metadata.properties.end() ? metadata.location + "/metadata" : wanted->second;
    for (const std::filesystem::path& root : shop.view_folders) {
        const auto folder = path_inside(location, root);
        if (folder) return ViewPlace{location, *folder, root};
    }
    ICE_ASSIGN(auto folder, path_inside(location, shop.warehouse));
    return ViewPlace{location, std::move(folder), shop.warehouse};
}

}  // namespace

/// A name that a view may take.
Result<> ClientChanges::Step::require_free_view(const TableIdent& ident) {
    ICE_TRY(check_name(ident.name));
    ICE_TRY(require_namespace(connection, ident.space));
    ICE_ASSIGN(const auto view, find_relation(connection, Relation::kView, ident));
    if (view) return view_exists(ident);
    ICE_ASSIGN(const auto table, find_relation(connection, Relation::kTable, ident));
    if (table) return same_name(Noun::kTable, ident);
    return {};
}

/// Writes the view's next metadata file. The row gets its location; the caller stores it.
Result<> ClientChanges::Step::write_view(RelationRow& row, const iceberg::ViewMetadata& metadata) {
    ICE_ASSIGN(const ViewPlace place, place_of(owner.shop_, metadata));
    ICE_TRY(create_table_folders(owner.shop_.files, place.folder, place.root, {}));
    row.version += 1;
    row.metadata_location = make_metadata_location_in(place.location, row.version);
    ICE_ASSIGN(const auto path, path_of(row.metadata_location));
    ICE_TRY(tables.files().write(path, iceberg::encode_view_metadata(metadata)));
    reply.views = {
        {std::make_shared<const iceberg::ViewMetadata>(metadata), row.metadata_location}};
    return {};
}

Result<bool> ClientChanges::Step::operator()(const CreateView& change) {
    ICE_TRY(require_free_view(change.ident));
    RelationRow row{change.ident, change.metadata.view_uuid.text(), {}, -1};
    ICE_TRY(write_view(row, change.metadata));
    ICE_TRY(insert_relation(connection, Relation::kView, row));
    return true;
}

Result<bool> ClientChanges::Step::operator()(const CommitView& change) {
    ICE_ASSIGN(auto row, find_relation(connection, Relation::kView, change.ident));
    if (!row) return no_such_view(change.ident);
    ICE_ASSIGN(const auto base, load_view_metadata(owner.shop_.files, row->metadata_location));
    for (const Uuid& uuid : change.required_uuids) {
        if (uuid == base->view_uuid) continue;
        return fail(ErrorCode::kConflict,
                    fmt::format("Requirement failed: view UUID does not match: expected {} != {}",
                                base->view_uuid.text(),
                                uuid.text()));
    }
    ICE_ASSIGN(auto changed,
               iceberg::apply_view_updates(*base, change.updates, owner.shop_.clock.now_us()));
    if (changed == *base) {
        reply.views = {{base, row->metadata_location}};
        return false;
    }
    // The server places views: clients that replace one name a place of their own.
    if (!path_inside(changed.location, owner.shop_.warehouse)) changed.location = base->location;
    const std::string replaced = row->metadata_location;
    ICE_TRY(write_view(*row, changed));
    ICE_TRY(swap_relation(connection, Relation::kView, *row, replaced));
    return true;
}

Result<bool> ClientChanges::Step::operator()(const RegisterView& change) {
    ICE_TRY(require_free_view(change.ident));
    ICE_TRY(path_inside(change.metadata_location, owner.shop_.warehouse));
    ICE_ASSIGN(const auto metadata,
               load_view_metadata(owner.shop_.files, change.metadata_location));
    ICE_TRY(path_inside(metadata->location, owner.shop_.warehouse));
    ICE_ASSIGN(const auto version,
               load_highest_version(owner.shop_.files, change.metadata_location));
    ICE_TRY(insert_relation(
        connection,
        Relation::kView,
        {change.ident, metadata->view_uuid.text(), change.metadata_location, version}));
    reply.views = {{metadata, change.metadata_location}};
    return true;
}

Result<bool> ClientChanges::Step::operator()(const RenameView& change) {
    ICE_ASSIGN(auto row, find_relation(connection, Relation::kView, change.from));
    if (!row) return no_such_view(change.from);
    ICE_TRY(require_namespace(connection, change.to.space));
    ICE_ASSIGN(const auto table, find_relation(connection, Relation::kTable, change.to));
    ICE_ASSIGN(const auto view, find_relation(connection, Relation::kView, change.to));
    if (table || view)
        return cannot_rename(change.from, change.to, table ? Noun::kTable : Noun::kView);
    ICE_TRY(require_free_view(change.to));
    ICE_TRY(remove_relation(connection, Relation::kView, change.from));
    row->ident = change.to;
    ICE_TRY(insert_relation(connection, Relation::kView, *row));
    return true;
}

Result<bool> ClientChanges::Step::operator()(const DropView& change) {
    ICE_ASSIGN(const bool was_there, remove_relation(connection, Relation::kView, change.ident));
    if (!was_there) return no_such_view(change.ident);
    return true;
}

}  // namespace icelight::catalog::sqlite
