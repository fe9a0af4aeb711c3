#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "server/config.h"

namespace icelight::server::command {

/// Takes `--name` (value null), `--name VALUE` or `--name=VALUE` out of the arguments.
/// @return whether it was there.
bool take_flag(std::vector<std::string>& arguments, const std::string& name, std::string* value);

/// The configuration that the arguments left over, the environment and --config FILE give.
/// @error kInvalidArgument  one line that says what is wrong.
Result<Config> load_config(std::vector<std::string> arguments);

}  // namespace icelight::server::command
