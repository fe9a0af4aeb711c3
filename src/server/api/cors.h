#pragma once

#include <string>
#include <string_view>

namespace icelight::http {
class Request;
class Router;
}  // namespace icelight::http

namespace icelight::server {

struct Policies {
    std::string allowed_hosts;    ///< As server.allowed-hosts.
    bool is_public = false;       ///< Listens beyond loopback.
    std::string allowed_origins;  ///< As ingest.allowed-origins; "*" for all.
};

/// What holds for every request: the Host rule, preflights and CORS headers of the ingest paths
/// (Fetch standard, "HTTP-CORS protocol"), and the shape of the errors that http makes itself.
void set_policies(http::Router& router, Policies policies);

/// Does a browser say that a page of another origin sent this? Requests without Origin are no
/// browser's.
bool is_foreign_origin(const http::Request& request);

/// Is the Content-Type application/json, whatever its parameters? What changes something or runs
/// SQL asks for it: a page of another origin can send text/plain without asking first; JSON it
/// cannot.
bool has_json_type(const http::Request& request);

/// Is `origin` one of the comma-separated `allowed`, or is that "*"?
bool is_origin_allowed(std::string_view origin, std::string_view allowed);

}  // namespace icelight::server
