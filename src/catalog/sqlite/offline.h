#pragma once

#include <filesystem>

#include "base/result.h"
#include "catalog/catalog.h"

namespace icelight::catalog::sqlite {

/// The state in the catalog.db of a server that is stopped. Reads a copy in a temporary directory,
/// since opening a database that was not closed repairs it.
/// @error kNotFound  no such file; kCorruption, kUnsupported: as open_catalog(); kIo.
Result<CatalogState> load_state_offline(const std::filesystem::path& database);

}  // namespace icelight::catalog::sqlite
