#pragma once

#include <string>
#include <string_view>

namespace icelight::http {
class Router;
}

namespace icelight::server {

class IngestGate;

/// What SDKs ask for before, or beside, sending events; without it the browser SDKs do not start.
///
/// GET `/sourceConfig` (RudderStack's), GET `/v1/projects/{key}/settings` and
/// `/projects/{key}/settings` (Segment's), GET `/cluster-info`; POST `/v1/m` and `/rsaMetrics`,
/// which bring counters of the SDK itself: they are counted and thrown away.
/// Lifetime: `gate` outlives the router.
void add_source_config_routes(http::Router& router, const IngestGate& gate);

/// The configuration that every RudderStack SDK accepts: enabled, no destinations, no statistics.
std::string make_source_config(std::string_view write_key);

/// Segment's: events go to `host` ("events.example:8787") by `protocol` ("http" or "https").
std::string make_settings(std::string_view write_key,
                          std::string_view host,
                          std::string_view protocol);

}  // namespace icelight::server
