#pragma once

namespace icelight::http {
class Router;
}

namespace icelight::server {

class Auth;

/// POST /iceberg/v1/oauth/tokens: clients that are given a credential, `name:token`, change it here
/// for the bearer token, which is the same token (REST specification, "getToken"; RFC 6749, 4.4).
/// `auth` outlives the router.
void add_token_route(http::Router& router, const Auth& auth);

}  // namespace icelight::server
