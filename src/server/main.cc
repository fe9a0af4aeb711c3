// icelight: analytics events over HTTP, durable before they are acknowledged, in an Apache Iceberg
// table.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "lake/flush/flush_worker.h"
#include "lake/fsck/file_probe.h"
#include "query/worker/worker.h"
#include "server/command/commands.h"
#include "server/command/load_config.h"
#include "server/command/replay.h"
#include "server/command/tail.h"
#include "server/config.h"
#include "server/cubes/load_model.h"
#include "server/external/catalog_file.h"
#include "server/key_command.h"
#include "server/lifecycle.h"
#include "server/version.h"

namespace {

namespace commands = icelight::server::command;
using commands::complain;
using commands::kUsageStatus;
using commands::take_flag;

struct Command {
    std::string_view name;
    int (*run)(const std::vector<std::string>& arguments);
};

/// Beside serve, worker, version and help: one line for each command of server/command/.
constexpr std::array kCommands{
    Command{"backup", commands::run_backup},
    Command{"fsck", commands::run_fsck},
    Command{"query", commands::run_query},
    Command{"relocate", commands::run_relocate},
    Command{"replay", commands::run_replay},
    Command{"restore", commands::run_restore},
    Command{"resume", commands::run_resume},
    Command{"tail", commands::run_tail},
    Command{"teardown", commands::run_teardown},
};

constexpr char kUsage[] =
    "usage: icelight <command> [options]\n"
    "\n"
    "  serve             run the server; --data DIR, --listen ADDR:PORT, --target-lag 10s, "
    "--config FILE\n"
    "  tail              print events as they become durable; --type, --event, --source, --user, "
    "--json\n"
    "  replay            run rejected events through today's rules; --dry-run, --offset, --stage, "
    "--from, --to\n"
    "  query SQL         run one SELECT; --format table, csv, json, ndjson, parquet; --data DIR, "
    "--as-of\n"
    "  source …          who may send events: sources and their write keys\n"
    "  token …           who may ask and administer\n"
    "  fsck              check tables, files and log against each other; --data DIR\n"
    "  backup            copy the data directory, in use or not; --data DIR, --to NEW_DIR\n"
    "  restore           make a data directory from a backup; --from BACKUP, --data NEW_DIR\n"
    "  relocate          make a directory that was moved or copied usable; --data DIR\n"
    "  resume            after a rollback or drop of an event table; --accept or --replay, --data "
    "DIR\n"
    "  teardown          name everything in the data directory, ask, delete it; --data DIR, --yes\n"
    "  version           print the version\n"
    "\n"
    "  serve --print-options   every option, as Markdown\n"
    "  serve --check-config    check the configuration and stop\n";

int run_serve(std::vector<std::string> arguments) {
    if (take_flag(arguments, "--print-options", nullptr)) {
        fmt::print("{}", icelight::server::options_markdown());
        return 0;
    }
    const bool is_check = take_flag(arguments, "--check-config", nullptr);
    auto config = commands::load_config(std::move(arguments));
    if (!config) return complain(config.error().message);
    if (is_check) {
        if (auto cubes = icelight::server::load_model(*config); !cubes)
            return complain(cubes.error().message);
        if (auto external = icelight::server::load_external_catalogs(*config); !external)
            return complain(external.error().message);
        fmt::print("the configuration is valid\n");
        return 0;
    }
    return icelight::server::serve(*config);
}

int run_keys(const std::string& noun, const std::vector<std::string>& arguments) {
    icelight::log::set_level(icelight::log::Level::kWarn);
    auto said =
        icelight::server::run_key_command(noun, arguments, commands::environment_of_process());
    if (!said) {
        complain(said.error().message);
        return said.error().code == icelight::ErrorCode::kInvalidArgument ? kUsageStatus : 1;
    }
    fmt::print(stderr, "{}", said->note);
    fmt::print("{}", said->out);
    return 0;
}

int run_worker(const std::vector<std::string>& arguments) {
    if (arguments.size() == 1 && arguments[0] == "lake") return icelight::lake::run_lake_worker();
    if (arguments.size() == 1 && arguments[0] == "probe") return icelight::lake::run_probe_worker();
    if (arguments.size() == 1 && arguments[0] == "sql") return icelight::query::run_sql_worker();
    return complain("worker is started by the server, not by hand");
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) {
        fmt::print(stderr, "{}", kUsage);
        return kUsageStatus;
    }
    const std::string command = arguments.front();
    arguments.erase(arguments.begin());
    for (const Command& known : kCommands)
        if (command == known.name) return known.run(arguments);
    if (command == "serve") return run_serve(std::move(arguments));
    if (command == "source" || command == "token") return run_keys(command, arguments);
    if (command == "worker") return run_worker(arguments);
    if (command == "version" || command == "--version") {
        fmt::print("icelight {}\n", icelight::server::kVersion);
        return 0;
    }
    if (command == "help" || command == "--help" || command == "-h") {
        fmt::print("{}", kUsage);
        return 0;
    }
    if (command == "--print-options") return run_serve({command});
    return complain("unknown command " + command + "\n\n" + kUsage);
}
