#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace icelight::app {

enum class Role : std::uint8_t {
    kCatalog,  ///< The Iceberg catalog only, and there what its scopes say.
    kRead,     ///< Queries, tables and the whole catalog to read; writes what its scopes say.
    kAdmin,    ///< Everything.
};

std::string_view role_name(Role role);  ///< "catalog", "read", "admin".
std::optional<Role> find_role(std::string_view name);

/// What a token may do in a namespace of the catalog and in those below it.
struct Scope {
    std::string space;  ///< Levels joined by dots, "analytics" or "a.b"; "*": every namespace.
    bool can_write = false;
    friend bool operator==(const Scope&, const Scope&) = default;
};

/// "analytics:write", "*:read".
std::string scope_text(const Scope& scope);
/// @error kInvalidArgument
Result<Scope> parse_scope(std::string_view text);

/// Names of callers who need no token of app.db; no token may have them.
inline constexpr std::string_view kLocalCaller = "this machine";
inline constexpr std::string_view kOperatorCaller = "auth.api-token";

/// What the queries of a token may take, below what the server allows; 0: no less.
struct TokenLimits {
    std::int64_t rows = 0;
    std::int64_t scanned_bytes = 0;
    std::int64_t reply_bytes = 0;
    std::int64_t memory_bytes = 0;
    std::int64_t time_ms = 0;
    std::int64_t queries = 0;  ///< At once.

    friend bool operator==(const TokenLimits&, const TokenLimits&) = default;
};

/// A limit as the API, the commands (with dashes) and app.db call it.
struct TokenLimitName {
    std::string_view name;
    std::int64_t TokenLimits::*member;
};

inline constexpr std::array<TokenLimitName, 6> kTokenLimits{{
    {"max_rows", &TokenLimits::rows},
    {"max_scanned_bytes", &TokenLimits::scanned_bytes},
    {"max_reply_bytes", &TokenLimits::reply_bytes},
    {"max_memory_bytes", &TokenLimits::memory_bytes},
    {"max_time_ms", &TokenLimits::time_ms},
    {"max_queries", &TokenLimits::queries},
}};

/// A token without its secret.
struct Token {
    std::string id;
    std::string name;
    Role role = Role::kRead;
    std::vector<Scope> scopes;
    TokenLimits limits;
    std::string hint;
    TimestampUs created_at_us = 0;

    /// `space` as in Scope; a role that needs no scope has them all.
    bool may_read(std::string_view space) const;
    bool may_write(std::string_view space) const;
};

inline constexpr std::size_t kTokensMax = 1'000;
inline constexpr std::size_t kScopesMax = 100;
inline constexpr std::size_t kSpaceBytesMax = 1'000;

/// @error kInvalidArgument  names the member and what is allowed.
Result<> check_token(const Token& token);

}  // namespace icelight::app
