#pragma once

#include <span>
#include <string>
#include <string_view>

#include "event/parse.h"
#include "http/method.h"

namespace icelight::server {

/// One URL that takes events. The only code that knows the SDKs' URLs.
struct IngestPath {
    std::string path;
    std::string_view route_type;  ///< "track" where the path says the type; "" for batches.
    event::Path kind;
};

std::span<const IngestPath> ingest_paths();

/// The entry of that path; nullptr for others.
const IngestPath* find_ingest_path(std::string_view path);

/// Paths that pages of other origins may call: those that take events, and the config plane.
bool is_sdk_path(std::string_view path);

/// A path that nothing answers but that an SDK with a wrong base URL could mean. 404 would make
/// some of them drop their events or switch themselves off.
bool is_plausible_sdk_path(http::Method method, std::string_view path);

}  // namespace icelight::server
