#include "server/auth.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/letter_case.h"
#include "http/request.h"

namespace icelight::server {
namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::shared_ptr<const app::Token> make_admin(std::string_view name) {
    app::Token token;
    token.name = name;
    token.role = app::Role::kAdmin;
    return std::make_shared<const app::Token>(std::move(token));
}

std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == std::string_view::npos ? std::string_view{} : host.substr(1, end - 1);
    }
    const auto colon = host.find(':');
    const bool is_ipv6 =
        colon != std::string_view::npos && host.find(':', colon + 1) != std::string_view::npos;
    return is_ipv6 ? host : host.substr(0, colon);
}

}  // namespace

std::optional<std::string> find_secret(const Credentials& credentials) {
    const std::string_view value = trim(credentials.authorization);
    const auto space = value.find(' ');
    const std::string_view scheme = value.substr(0, space);
    const std::string_view rest = space == std::string_view::npos ? "" : trim(value.substr(space));
    if (!rest.empty() && equal_ignoring_case(scheme, "bearer")) return std::string(rest);
    if (!rest.empty() && equal_ignoring_case(scheme, "basic")) {
        if (auto pair = decode_base64(rest)) {
            auto user = pair->substr(0, pair->find(':'));
            if (!user.empty()) return user;
        }
    }
    const std::string_view key = trim(credentials.api_key);
    if (!key.empty()) return std::string(key);
    return std::nullopt;
}

Result<std::shared_ptr<const app::Token>> Auth::find_caller(const http::Request& request) const {
    static const auto local_caller = make_admin(app::kLocalCaller);
    static const auto operator_caller = make_admin(app::kOperatorCaller);
    const auto keys = keys_ ? keys_() : nullptr;
    if (options_.api_token.empty() && (keys == nullptr || !keys->has_tokens())) {
        if (options_.is_insecure || find_client_address(request, options_.proxies).is_local)
            return local_caller;
    }
    auto secret = find_secret({request.header("authorization"), request.header("x-api-key")});
    // The clients of the semantic layer send the token alone.
    const std::string_view bare = trim(request.header("authorization"));
    if (!secret && !bare.empty() && bare.find(' ') == std::string_view::npos)
        secret = std::string(bare);
    if (!secret) return fail(ErrorCode::kUnauthenticated, "Missing authentication token");
    if (!options_.api_token.empty() && equal_constant_time(*secret, options_.api_token))
        return operator_caller;
    auto token = keys == nullptr ? nullptr : keys->find_token(*secret);
    if (token == nullptr) return fail(ErrorCode::kUnauthenticated, "Invalid authentication token");
    return token;
}

Result<> Auth::check_query(const http::Request& request) const {
    ICE_ASSIGN(const auto caller, find_caller(request));
    if (caller->role != app::Role::kCatalog) return {};
    return fail(ErrorCode::kForbidden,
                "this token is for the catalog only; use one with the role read");
}

Result<> Auth::check_admin(const http::Request& request) const {
    ICE_ASSIGN(const auto caller, find_caller(request));
    if (caller->role == app::Role::kAdmin) return {};
    return fail(ErrorCode::kForbidden, "this needs a token with the role admin");
}

bool Auth::has_token() const {
    return !options_.api_token.empty() || (keys_ && keys_()->has_tokens());
}

bool is_loopback_host(std::string_view host) {
    const std::string_view name = without_port(trim(host));
    if (equal_ignoring_case(name, "localhost") || name == "::1") return true;
    if (name.size() > 10 && equal_ignoring_case(name.substr(name.size() - 10), ".localhost"))
        return true;
    // 127.0.0.0/8: four numbers, the first of them 127.
    if (!name.starts_with("127.")) return false;
    int dots = 0;
    for (const char c : name) {
        if (c == '.') ++dots;
        if (c != '.' && (c < '0' || c > '9')) return false;
    }
    return dots == 3;
}

bool is_host_allowed(std::string_view host, std::string_view allowed, bool is_public) {
    if (is_loopback_host(host)) return true;
    if (allowed.empty()) return is_public;
    const std::string_view name = without_port(trim(host));
    while (!allowed.empty()) {
        const auto comma = allowed.find(',');
        if (equal_ignoring_case(trim(allowed.substr(0, comma)), name)) return true;
        if (comma == std::string_view::npos) break;
        allowed.remove_prefix(comma + 1);
    }
    return false;
}

}  // namespace icelight::server
