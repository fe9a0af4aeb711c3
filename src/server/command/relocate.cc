#include <cstdio>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "server/command/commands.h"
#include "server/command/load_config.h"
#include "server/command/move_directory.h"
#include "server/data_directory.h"

namespace icelight::server::command {

int run_relocate(const std::vector<std::string>& arguments) {
    const auto config = load_config(arguments);
    if (!config) return complain(config.error().message);
    const std::filesystem::path named = config->text("server.data");
    std::error_code error;
    if (!std::filesystem::exists(named / "catalog.db", error))
        return complain(named.string() + " holds no tables (it has no catalog.db)");
    // Held until the end: no server may be using it, and none starts meanwhile.
    const auto directory = DataDirectory::open(named);
    if (!directory) return complain(directory.error().message);
    const auto found = find_move(directory->path());
    if (!found) return complain(found.error().message);
    const auto& move = *found;
    if (!move) {
        fmt::print("{} is where its tables say; nothing to do\n", directory->path().string());
        return 0;
    }
    const auto moved = relocate_directory(directory->path(), *move);
    if (!moved) return complain(moved.error().message);
    fmt::print("{} tables moved from {} to {}\n", *moved, move->from.string(), move->to.string());
    return 0;
}

}  // namespace icelight::server::command
