#include "app/token.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/source.h"

namespace icelight::app {
namespace {

constexpr std::array<std::string_view, 3> kRoles = {"catalog", "read", "admin"};

bool covers(std::string_view scope, std::string_view space) {
    if (scope == "*" || scope == space) return true;
    return space.size() > scope.size() && space.starts_with(scope) && space[scope.size()] == '.';
}

}  // namespace

std::string_view role_name(Role role) {
    return kRoles.at(static_cast<std::size_t>(role));
}

std::optional<Role> find_role(std::string_view name) {
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
        if (kRoles.at(i) == name) return static_cast<Role>(i);
    }
    return std::nullopt;
}

std::string scope_text(const Scope& scope) {
    return scope.space + (scope.can_write ? ":write" : ":read");
}

Result<Scope> parse_scope(std::string_view text) {
    const auto colon = text.rfind(':');
    const std::string_view access = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    if (colon == 0 || (access != "read" && access != "write")) {
        return fail(ErrorCode::kInvalidArgument,
                    "scope '" + std::string(text) +
                        "': write it as NAMESPACE:read, NAMESPACE:write or *:read");
    }
    return Scope{.space = std::string(text.substr(0, colon)), .can_write = access == "write"};
}

bool Token::may_read(std::string_view space) const {
    if (role != Role::kCatalog) return true;
    return std::ranges::any_of(scopes,
                               [space](const Scope& scope) { return covers(scope.space, space); });
}

bool Token::may_write(std::string_view space) const {
    if (role == Role::kAdmin) return true;
    return std::ranges::any_of(scopes, [space](const Scope& scope) {
        return scope.can_write && covers(scope.space, space);
    });
}

Result<> check_token(const Token& token) {
    auto refuse = [](std::string message) -> Result<> {
        return fail(ErrorCode::kInvalidArgument, std::move(message));
    };
    if (token.name.empty() || token.name.size() > kNameBytesMax)
        return refuse(fmt::format("name: give 1 to {} bytes", kNameBytesMax));
    if (token.name == kLocalCaller || token.name == kOperatorCaller)
        return refuse("name: '" + token.name + "' is what callers without a token are called");
    if (token.scopes.size() > kScopesMax)
        return refuse(fmt::format("scopes: at most {}", kScopesMax));
    for (const auto& scope : token.scopes) {
        if (scope.space.empty() || scope.space.size() > kSpaceBytesMax)
            return refuse(fmt::format("scopes: a namespace has 1 to {} bytes", kSpaceBytesMax));
    }
    for (const auto& [name, member] : kTokenLimits) {
        if (token.limits.*member < 0)
            return refuse(fmt::format("limits: {} is a whole number of at least 1", name));
        if (token.limits.*member > 0 && token.role == Role::kCatalog)
            return refuse("limits: a token with the role catalog runs no queries");
    }
    if (token.role == Role::kCatalog && token.scopes.empty()) {
        return refuse("scopes: a token with the role catalog needs one, as analytics:read");
    }
    if (token.role == Role::kAdmin && !token.scopes.empty())
        return refuse("scopes: a token with the role admin may do everything; leave them out");
    return {};
}

}  // namespace icelight::app
