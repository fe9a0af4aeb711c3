#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "io/file_system.h"
#include "lake/tables.h"
#include "server/command/commands.h"
#include "server/command/load_config.h"
#include "server/data_directory.h"
#include "wal/survey.h"

namespace icelight::server::command {
namespace {

constexpr std::chrono::seconds kCloseWait{30};

/// @return W.
Result<std::uint64_t> resume(const Config& config, catalog::ResumeChoice choice) {
    // Held until the end: no server may be using it, and none starts meanwhile.
    ICE_ASSIGN(const auto directory, DataDirectory::open(config.text("server.data")));
    io::FileSystem& files = io::posix_file_system();
    ICE_ASSIGN(const auto log, wal::survey(directory.log(), files));
    const lake::TableNames names{.space = {config.text("lake.namespace")},
                                 .events = config.text("lake.table")};
    ICE_ASSIGN(const auto catalog,
               catalog::sqlite::open_catalog({.database = directory.catalog_file(),
                                              .warehouse = directory.warehouse(),
                                              .sink_tables = lake::sink_tables(names)},
                                             files,
                                             system_clock()));
    // A table that was dropped is there again, empty, before it takes its copy of W.
    ICE_TRY(lake::ensure_tables(*catalog, names, system_clock()));
    auto watermark = catalog->resume({catalog::kEventSink, choice, log.first_offset});
    ICE_TRY(catalog->close(deadline_in(kCloseWait)));
    return watermark;
}

}  // namespace

int run_resume(const std::vector<std::string>& arguments) {
    auto rest = arguments;
    const bool is_accept = take_flag(rest, "--accept", nullptr);
    const bool is_replay = take_flag(rest, "--replay", nullptr);
    if (is_accept == is_replay) {
        return complain(
            "say what becomes of rows that somebody took out of the event tables: resume "
            "--accept (they are gone) or resume --replay (carried once more from the log)");
    }
    const auto config = load_config(std::move(rest));
    if (!config) return complain(config.error().message);
    log::set_level(log::Level::kWarn);
    const auto watermark = resume(
        *config, is_replay ? catalog::ResumeChoice::kReplay : catalog::ResumeChoice::kAccept);
    if (!watermark) return complain(watermark.error().message);
    fmt::print("resumed: the next start carries the log from offset {} on\n", *watermark);
    return 0;
}

}  // namespace icelight::server::command
