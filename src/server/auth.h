#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace icelight::server {

/// The credentials a request may carry, as found in its headers. Views into the request.
struct Credentials {
    std::string_view
        authorization;         ///< "Bearer x" or "Basic base64(user:password)"; empty when absent.
    std::string_view api_key;  ///< X-API-Key; empty when absent.
};

/// The secret in the credentials: Bearer's token, Basic's user name, or the X-API-Key. Empty: none
/// was given.
///
/// Schemes in any case. Text that is no credential (a bad base64, an unknown scheme) counts as
/// none.
std::optional<std::string> find_secret(const Credentials& credentials);

/// Compares what callers bring with what the operator set; constant time in the secret's content.
///
/// Thread safety: all members, from any thread; immutable.
class Auth {
public:
    struct Options {
        bool is_write_key_needed = false;
        std::string write_key;
        std::string api_token;  ///< Empty: none is needed.
    };

    explicit Auth(Options options) : options_(std::move(options)) {}

    /// May this caller send events?
    /// @error kUnauthenticated  with the original system's texts.
    Result<> check_ingest(const Credentials& credentials) const;

    /// May this caller read tables and run queries?
    /// @error kUnauthenticated
    Result<> check_query(const Credentials& credentials) const;

    bool has_write_key() const {
        return options_.is_write_key_needed && !options_.write_key.empty();
    }

    bool has_api_token() const { return !options_.api_token.empty(); }

private:
    Options options_;
};

/// Is this the name or number of this machine's loopback? Takes a Host header or an address, port
/// or not.
bool is_loopback_host(std::string_view host);

/// May a request with this Host header be answered? Loopback names and `allowed` (comma-separated)
/// may; when the server listens beyond loopback (`is_public`) and `allowed` is empty, all may.
bool is_host_allowed(std::string_view host, std::string_view allowed, bool is_public);

}  // namespace icelight::server
