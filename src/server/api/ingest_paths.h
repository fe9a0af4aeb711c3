#pragma once

#include <span>
#include <string_view>

#include "event/parse.h"

namespace icelight::server {

/// One URL that takes events. The only code that knows the SDKs' URLs.
struct IngestPath {
    std::string_view path;
    std::string_view route_type;  ///< "track" where the path says the type; "" for batches.
    event::Path kind;
};

std::span<const IngestPath> ingest_paths();

/// The entry of that path; nullptr for others.
const IngestPath* find_ingest_path(std::string_view path);

}  // namespace icelight::server
