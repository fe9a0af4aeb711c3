#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/command/commands.h"
#include "server/command/load_config.h"
#include "server/data_directory.h"

namespace icelight::server::command {
namespace {

namespace fs = std::filesystem;

constexpr int kDeclinedStatus = 1;
constexpr std::size_t kAnswerBytesMax = 64;

/// Everything that icelight ever puts into a data directory; other files are somebody else's.
constexpr std::array kParts = {"log",
                               "warehouse",
                               "spill",
                               "catalog.db",
                               "catalog.db-wal",
                               "catalog.db-shm",
                               "app.db",
                               "app.db-wal",
                               "app.db-shm",
                               "garbage",
                               "garbage.new",
                               "LOCK"};

void name_part(const fs::path& path) {
    std::uintmax_t files = 0;
    std::uintmax_t bytes = 0;
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        files = 1;
        bytes = fs::file_size(path, error);
    } else {
        for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
            if (!entry.is_regular_file(error)) continue;
            ++files;
            bytes += entry.file_size(error);
        }
    }
    fmt::print("  {}  {} files, {} bytes\n", path.string(), files, bytes);
}

bool is_confirmed() {
    fmt::print("Delete all of it, for good? Type yes: ");
    std::fflush(stdout);
    std::string answer(kAnswerBytesMax, '\0');
    const auto got = ::read(STDIN_FILENO, answer.data(), answer.size());
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer == "yes\n" || answer == "yes";
}

}  // namespace

int run_teardown(const std::vector<std::string>& arguments) {
    auto rest = arguments;
    const bool is_agreed = take_flag(rest, "--yes", nullptr);
    const auto config = load_config(std::move(rest));
    if (!config) return complain(config.error().message);
    std::error_code error;
    const fs::path named = config->text("server.data");
    if (!fs::exists(named / "LOCK", error)) {
        return complain(named.string() +
                        " is no data directory of icelight (it has no LOCK); nothing was deleted");
    }
    // Held until the end: no server may be using it, and none starts meanwhile.
    const auto directory = DataDirectory::open(named);
    if (!directory) return complain(directory.error().message);
    fmt::print("This deletes every event, table and rejected event in {}:\n",
               directory->path().string());
    for (const char* part : kParts)
        if (fs::exists(directory->path() / part, error)) name_part(directory->path() / part);
    if (!is_agreed && !is_confirmed()) {
        fmt::print("nothing was deleted\n");
        return kDeclinedStatus;
    }
    for (const char* part : kParts) {
        fs::remove_all(directory->path() / part, error);
        if (error) return complain("cannot delete " + std::string(part) + ": " + error.message());
    }
    // Only when nothing else lies in it.
    fs::remove(directory->path(), error);
    fmt::print("deleted\n");
    return 0;
}

}  // namespace icelight::server::command
