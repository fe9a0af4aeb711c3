#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/external/external_catalog.h"

namespace icelight::server {

class Config;

/// What query.external-catalogs names.
struct CatalogFile {
    std::vector<query::ExternalCatalog> catalogs;  ///< By name.
    std::filesystem::path ca_file;  ///< Certificates for https; by default the system's.
};

/// Reads a file of external catalogs (docs/external-catalogs.md), and the secrets that it names.
///
/// @param data_directory  of this server: no location may hold it or lie in it.
/// @error kInvalidArgument  one line that names the file and the place in it, and never a secret.
Result<CatalogFile> load_catalog_file(const std::filesystem::path& path,
                                      const std::filesystem::path& data_directory);

/// That of query.external-catalogs; no catalogs when the option is empty.
///
/// @error kInvalidArgument  as above; or there is no query.extensions to read them with.
Result<CatalogFile> load_external_catalogs(const Config& config);

}  // namespace icelight::server
