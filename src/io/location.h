#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace icelight::io {

/// "file:///abs/path" of an absolute path: how Iceberg metadata names files.
std::string file_location(const std::filesystem::path& path);

/// The path of "file:///abs", "file:/abs" or "/abs". @error kInvalidArgument  anything else, or a
/// "..".
Result<std::filesystem::path> parse_location(std::string_view location);

}  // namespace icelight::io
