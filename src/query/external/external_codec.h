#pragma once

#include <string>

#include "base/bytes.h"
#include "query/external/external_catalog.h"

/// External catalogs in the setup of a worker, secrets included: over its socket, and nowhere else.
namespace icelight::query {

void append_externals(std::string& out, const std::vector<ExternalCatalog>& catalogs);

/// At most kExternalCatalogsMax; the reader is then not ok when there were more.
std::vector<ExternalCatalog> read_externals(ByteReader& reader);

}  // namespace icelight::query
