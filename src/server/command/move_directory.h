#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "base/result.h"
#include "lake/relocation.h"

namespace icelight::server::command {

/// Is the data directory elsewhere than its tables say? Empty: it is where it was, or holds no
/// table yet. Reads a copy of catalog.db.
/// @error  catalog.db cannot be read.
Result<std::optional<lake::Relocation>> find_move(const std::filesystem::path& directory);

/// Makes the tables of `directory`, which nobody uses, say where they are: new metadata first, then
/// all pointers in one transaction. Done again after a crash it goes on from either state.
/// @return how many tables were changed.
Result<std::size_t> relocate_directory(const std::filesystem::path& directory,
                                       const lake::Relocation& move);

}  // namespace icelight::server::command
