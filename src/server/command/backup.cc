#include <cstdio>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "server/command/backup_copy.h"
#include "server/command/commands.h"
#include "server/command/directory_lock.h"
#include "server/command/load_config.h"
#include "server/command/move_directory.h"

namespace icelight::server::command {

int run_backup(const std::vector<std::string>& arguments) {
    auto rest = arguments;
    std::string to;
    if (!take_flag(rest, "--to", &to) || to.empty())
        return complain("say where: backup --data DIR --to NEW_DIRECTORY");
    const auto config = load_config(std::move(rest));
    if (!config) return complain(config.error().message);
    const auto directory = DirectoryLock::open(config->text("server.data"));
    if (!directory) return complain(directory.error().message);
    const auto summary = copy_directory(directory->path(), std::filesystem::absolute(to));
    if (!summary) return complain(summary.error().message);
    fmt::print(
        "backed up to {}: {} files, {} bytes; the tables hold offsets below {}, the log those "
        "below {}\n",
        to,
        summary->files,
        summary->bytes,
        summary->watermark,
        summary->next_offset);
    return 0;
}

int run_restore(const std::vector<std::string>& arguments) {
    auto rest = arguments;
    std::string from;
    if (!take_flag(rest, "--from", &from) || from.empty())
        return complain("say which backup: restore --from BACKUP --data NEW_DIRECTORY");
    const auto config = load_config(std::move(rest));
    if (!config) return complain(config.error().message);
    const auto backup = DirectoryLock::open(from);
    if (!backup) return complain(backup.error().message);
    if (!backup->server_address().empty()) {
        return complain(from + " is in use by the server at " + backup->server_address() +
                        "; restore from what `backup` made");
    }
    const std::filesystem::path to = config->text("server.data");
    const auto restored = copy_stopped_directory(backup->path(), to);
    if (!restored) return complain(restored.error().message);
    const auto move = find_move(*restored);
    if (!move) return complain(move.error().message);
    if (const auto& found = *move) {
        const auto moved = relocate_directory(*restored, *found);
        if (!moved) return complain(moved.error().message);
    }
    fmt::print("restored to {}\n", restored->string());
    return 0;
}

}  // namespace icelight::server::command
