#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "lake/tables.h"
#include "lake/upkeep/upkeep.h"
#include "query/service.h"
#include "server/api/ingest.h"
#include "server/auth.h"
#include "server/client_address.h"
#include "server/config.h"
#include "server/data_directory.h"
#include "server/inflate.h"
#include "server/ingest_gate.h"
#include "wal/log.h"

/// What the configuration says, as each module wants to hear it. Thread safety: free functions.
namespace icelight::server {

Auth::Options auth_options(const Config& config, const ProxyList& proxies);
IngestGateOptions gate_options(const Config& config, const ProxyList& proxies);
wal::Options log_options(const Config& config, const DataDirectory& directory);
query::Options query_options(const Config& config, const DataDirectory& directory);
lake::TableNames table_names(const Config& config);
lake::UpkeepOptions upkeep_options(const Config& config, const DataDirectory& directory);
InflateLimits inflate_limits(const Config& config);
IngestOptions ingest_options(const Config& config, const DataDirectory& directory);

/// "/a:/b", absolute; others are left out, as nobody could name them.
std::vector<std::filesystem::path> view_folders(const Config& config);

/// As many as configured, else half of the processors.
std::size_t net_threads(const Config& config);

}  // namespace icelight::server
