#include "server/command/target_options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "server/command/commands.h"
#include "server/data_directory.h"

namespace icelight::server::command {
namespace {

std::string find_variable(const Environment& environment, std::string_view name) {
    for (const auto& entry : environment) {
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    }
    return {};
}

}  // namespace

Environment environment_of_process() {
    Environment entries;
    for (char** entry = environ; *entry != nullptr; ++entry)
        entries.emplace_back(*entry);
    return entries;
}

std::optional<int> parse_line(CLI::App& app, const std::vector<std::string>& arguments) {
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsageStatus;
    }
    return std::nullopt;
}

void add_target_options(CLI::App& app, TargetOptions& options) {
    app.add_option("--data", options.data, "Data directory of the server (./data)");
    app.add_option("--server", options.url, "Its address instead, such as http://127.0.0.1:8787");
    app.add_option("--token", options.token, "A token of that server (ICELIGHT_TOKEN)");
}

TargetOptions complete(TargetOptions given, const Environment& environment) {
    for (const char* name : {"ICELIGHT_TOKEN", "ICELIGHT_AUTH_API_TOKEN", "API_TOKEN"}) {
        if (given.token.empty()) given.token = find_variable(environment, name);
    }
    if (given.data.empty()) given.data = find_variable(environment, "ICELIGHT_SERVER_DATA");
    if (given.data.empty()) given.data = "./data";
    return given;
}

Result<Target> find_target(const TargetOptions& options) {
    if (!options.url.empty()) return parse_target(options.url, options.token);
    const std::string address = DataDirectory::holder_of(options.data);
    if (address.empty()) {
        return fail(ErrorCode::kNotFound,
                    "no server has the data directory " + options.data +
                        "; give --data or --server, or start one with `icelight serve`");
    }
    return parse_target(address, options.token);
}

}  // namespace icelight::server::command
