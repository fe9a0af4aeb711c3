#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace icelight::http {
class Router;
}

namespace icelight::server {

class Ingest;

/// GET `/pixel/v1/{track,page}` (RudderStack's: each query parameter is a member) and
/// `/v1/pixel/{track,identify,page,screen,group,alias}` (Segment's: `data` is the event as base64,
/// or as before). A dot in a name leads inside: `properties.subject=Hi`.
///
/// Every answer is 200 with a transparent picture, since what shows it can do nothing about an
/// error; what was refused is counted, and kept with the other rejected events.
/// Lifetime: `ingest` outlives the router.
void add_pixel_routes(http::Router& router, Ingest& ingest);

/// The event that a pixel's query means, as JSON text that is not checked yet.
/// Empty: not a query, or over kPixelQueryBytesMax.
std::optional<std::string> make_pixel_event(std::string_view query);

inline constexpr std::size_t kPixelQueryBytesMax = 64u << 10;

}  // namespace icelight::server
