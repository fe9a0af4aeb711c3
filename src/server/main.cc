// icelight: analytics events over HTTP, durable before they are acknowledged, in an Apache Iceberg
// table.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "lake/flush_worker.h"
#include "query/worker.h"
#include "server/command/replay.h"
#include "server/command/tail.h"
#include "server/config.h"
#include "server/key_command.h"
#include "server/lifecycle.h"
#include "server/version.h"

namespace {

using icelight::server::Config;
using icelight::server::ConfigSources;

constexpr int kUsageStatus = 2;

constexpr char kUsage[] =
    "usage: icelight <command> [options]\n"
    "\n"
    "  serve             run the server; --data DIR, --listen ADDR:PORT, --target-lag 10s, "
    "--config FILE\n"
    "  tail              print events as they become durable; --type, --event, --source, --user, "
    "--json\n"
    "  replay            run rejected events through today's rules; --dry-run, --offset, --stage, "
    "--from, --to\n"
    "  source …          who may send events: sources and their write keys\n"
    "  token …           who may ask and administer\n"
    "  version           print the version\n"
    "\n"
    "  serve --print-options   every option, as Markdown\n"
    "  serve --check-config    check the configuration and stop\n";

int complain(const std::string& why) {
    fmt::print(stderr, "icelight: {}\n", why);
    return kUsageStatus;
}

/// Takes `--name FILE` or `--name=FILE` out of the arguments.
bool take_flag(std::vector<std::string>& arguments, const std::string& name, std::string* value) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool has_value = arguments[i].starts_with(name + "=");
        if (arguments[i] != name && !has_value) continue;
        std::size_t taken = 1;
        if (has_value) *value = arguments[i].substr(name.size() + 1);
        if (!has_value && value != nullptr && i + 1 < arguments.size()) {
            *value = arguments[i + 1];
            taken = 2;
        }
        arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i),
                        arguments.begin() + static_cast<std::ptrdiff_t>(i + taken));
        return true;
    }
    return false;
}

int run_serve(std::vector<std::string> arguments) {
    if (take_flag(arguments, "--print-options", nullptr)) {
        fmt::print("{}", icelight::server::options_markdown());
        return 0;
    }
    ConfigSources sources;
    if (take_flag(arguments, "--config", &sources.toml_name)) {
        const std::ifstream file(sources.toml_name);
        if (!file) return complain("cannot read the configuration file " + sources.toml_name);
        std::stringstream text;
        text << file.rdbuf();
        sources.toml = text.str();
    }
    const bool is_check = take_flag(arguments, "--check-config", nullptr);
    for (char** entry = environ; *entry != nullptr; ++entry)
        sources.environment.emplace_back(*entry);
    sources.flags = std::move(arguments);
    auto config = Config::parse(sources);
    if (!config) return complain(config.error().message);
    if (is_check) {
        fmt::print("the configuration is valid\n");
        return 0;
    }
    return icelight::server::serve(*config);
}

int run_keys(const std::string& noun, const std::vector<std::string>& arguments) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry)
        environment.emplace_back(*entry);
    icelight::log::set_level(icelight::log::Level::kWarn);
    auto said = icelight::server::run_key_command(noun, arguments, environment);
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
    if (command == "serve") return run_serve(std::move(arguments));
    if (command == "source" || command == "token") return run_keys(command, arguments);
    if (command == "worker") return run_worker(arguments);
    if (command == "tail") return icelight::server::command::run_tail(arguments);
    if (command == "replay") return icelight::server::command::run_replay(arguments);
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
