#include "server/command/move_directory.h"

#include <map>
#include <string>
#include <utility>

#include "catalog/sqlite/offline.h"
#include "catalog/sqlite/transfer.h"
#include "io/file_system.h"

namespace icelight::server::command {

Result<std::optional<lake::Relocation>> find_move(const std::filesystem::path& directory) {
    io::FileSystem& files = io::posix_file_system();
    ICE_ASSIGN(const bool is_there, files.exists(directory / "catalog.db"));
    if (!is_there) return std::nullopt;
    ICE_ASSIGN(const auto state, catalog::sqlite::load_state_offline(directory / "catalog.db"));
    const std::filesystem::path warehouse = directory / "warehouse";
    for (const auto& [ident, location] : state.metadata_locations) {
        const auto stored = lake::warehouse_of(ident, location);
        if (!stored || *stored == warehouse) continue;
        // A table that others registered from elsewhere is no sign of a move.
        lake::Relocation move{*stored, warehouse};
        ICE_ASSIGN(
            const bool is_moved,
            files.exists(lake::relocate(location, move).substr(std::string("file://").size())));
        if (is_moved) return move;
    }
    return std::nullopt;
}

Result<std::size_t> relocate_directory(const std::filesystem::path& directory,
                                       const lake::Relocation& move) {
    const auto database = directory / "catalog.db";
    ICE_ASSIGN(const auto state, catalog::sqlite::load_state_offline(database));
    std::map<catalog::TableIdent, catalog::sqlite::Move> moves;
    for (const auto& [ident, location] : state.metadata_locations) {
        if (lake::relocate(location, move) == location) continue;
        ICE_ASSIGN(auto moved, lake::relocate_table(io::posix_file_system(), location, move));
        moves[ident] = {location, std::move(moved)};
    }
    ICE_TRY(catalog::sqlite::move_tables(database, moves));
    return moves.size();
}

}  // namespace icelight::server::command
