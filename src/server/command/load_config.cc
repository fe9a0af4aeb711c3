#include "server/command/load_config.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "server/command/target_options.h"

namespace icelight::server::command {

bool take_flag(std::vector<std::string>& arguments, const std::string& name, std::string* value) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool has_value = arguments[i].starts_with(name + "=");
        if (arguments[i] != name && !has_value) continue;
        std::size_t taken = 1;
        if (has_value && value != nullptr) *value = arguments[i].substr(name.size() + 1);
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

Result<Config> load_config(std::vector<std::string> arguments) {
    ConfigSources sources;
    if (take_flag(arguments, "--config", &sources.toml_name)) {
        const std::ifstream file(sources.toml_name);
        if (!file) {
            return fail(ErrorCode::kInvalidArgument,
                        "cannot read the configuration file " + sources.toml_name);
        }
        std::stringstream text;
        text << file.rdbuf();
        sources.toml = text.str();
    }
    sources.environment = environment_of_process();
    sources.flags = std::move(arguments);
    return Config::parse(sources);
}

}  // namespace icelight::server::command
