#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/key_table.h"
#include "base/result.h"
#include "server/client_address.h"

namespace icelight::http {
class Request;
}

namespace icelight::server {

/// The credentials a request may carry, as found in its headers. Views into the
/// request.
struct Credentials {
    std::string_view authorization;  ///< "Bearer x" or "Basic base64(user:password)"; empty
                                     ///< when absent.
    std::string_view api_key;        ///< X-API-Key; empty when absent.
};

/// The secret in the credentials: Bearer's token, Basic's user name, or the
/// X-API-Key. Empty: none was given.
///
/// Schemes in any case. Text that is no credential (a bad base64, an unknown
/// scheme) counts as none.
std::optional<std::string> find_secret(const Credentials& credentials);

/// The sources, write keys and tokens in force; asked for each request, from
/// any thread.
using KeysInForce = std::function<std::shared_ptr<const app::KeyTable>()>;

/// Who may ask, look at tables and administer. Who may send events is
/// IngestGate's.
///
/// With no token set up a caller on this machine itself is an administrator:
/// not one whose request a proxy passed on. Constant time in the content of
/// secrets. Thread safety: all members, from any thread; immutable.
class Auth {
public:
    struct Options {
        std::string api_token;     ///< An administrator's, beside those of app.db; empty: none.
        bool is_insecure = false;  ///< With no token set up everybody is an administrator.
        ProxyList proxies;
    };

    explicit Auth(Options options, KeysInForce keys = {})
        : options_(std::move(options)), keys_(std::move(keys)) {}

    /// What the caller may do: Token::role, may_read() and may_write() say it.
    ///
    /// Authorization may also be the token alone, as the clients of the semantic layer send it. It
    /// is safe for every caller: it is looked up among the same tokens; no page of another origin
    /// can set the header without a preflight, and a bare value is no credential of a browser. A
    /// credential with a scheme and X-API-Key come first. A value with a space in it is never one,
    /// and IngestGate does not read it at all: write keys need their scheme.
    /// @error kUnauthenticated  with the original system's texts.
    Result<std::shared_ptr<const app::Token>> find_caller(const http::Request& request) const;

    /// May this caller run queries and look at tables?
    /// @error kUnauthenticated, kForbidden  (a token for the catalog only)
    Result<> check_query(const http::Request& request) const;

    /// May this caller change who may do what?
    /// @error kUnauthenticated, kForbidden
    Result<> check_admin(const http::Request& request) const;

    bool has_token() const;

private:
    Options options_;
    KeysInForce keys_;
};

/// Is this the name or number of this machine's loopback? Takes a Host header
/// or an address, port or not.
bool is_loopback_host(std::string_view host);

/// May a request with this Host header be answered? Loopback names and
/// `allowed` (comma-separated) may; when the server listens beyond loopback
/// (`is_public`) and `allowed` is empty, all may.
bool is_host_allowed(std::string_view host, std::string_view allowed, bool is_public);

}  // namespace icelight::server
