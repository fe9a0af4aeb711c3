#include "app/token_rows.h"

#include <charconv>

#include <fmt/format.h>

#include "app/source_rows.h"

namespace icelight::app {
namespace {

using io::sqlite::Statement;

Result<std::vector<Scope>> scopes_of(const std::string& text) {
    std::vector<Scope> scopes;
    for (const auto& line : split_lines(text)) {
        auto scope = parse_scope(line);
        if (!scope) return fail(ErrorCode::kCorruption, scope.error().message);
        scopes.push_back(std::move(*scope));
    }
    return scopes;
}

std::string text_of(const std::vector<Scope>& scopes) {
    std::vector<std::string> lines;
    lines.reserve(scopes.size());
    for (const auto& scope : scopes)
        lines.push_back(scope_text(scope));
    return join_lines(lines);
}

/// Lines of "name=value" of those that are set.
std::string text_of(const TokenLimits& limits) {
    std::vector<std::string> lines;
    for (const auto& [name, member] : kTokenLimits) {
        if (limits.*member > 0) lines.push_back(fmt::format("{}={}", name, limits.*member));
    }
    return join_lines(lines);
}

Result<TokenLimits> limits_of(const std::string& text) {
    TokenLimits limits;
    for (const auto& line : split_lines(text)) {
        const auto equals = line.find('=');
        std::int64_t value = 0;
        if (equals != std::string::npos)
            std::from_chars(line.data() + equals + 1, line.data() + line.size(), value);
        bool is_known = false;
        for (const auto& [name, member] : kTokenLimits) {
            if (name != std::string_view(line).substr(0, equals)) continue;
            limits.*member = value;
            is_known = value > 0;
        }
        if (!is_known) return fail(ErrorCode::kCorruption, "unknown limit of a token: " + line);
    }
    return limits;
}

}  // namespace

Result<std::vector<StoredToken>> load_tokens(Connection& connection) {
    ICE_ASSIGN(
        auto select,
        Statement::prepare(connection,
                           "SELECT id, name, role, scopes, hint, created_at_us, hash, limits "
                           "FROM tokens ORDER BY name"));
    std::vector<StoredToken> tokens;
    for (;;) {
        ICE_ASSIGN(const bool has_row, select.step());
        if (!has_row) return tokens;
        ICE_ASSIGN(const auto limits, limits_of(select.text(7)));
        const auto role = find_role(select.text(2));
        if (!role)
            return fail(ErrorCode::kCorruption, "token " + select.text(0) + ": unknown role");
        ICE_ASSIGN(auto scopes, scopes_of(select.text(3)));
        ICE_ASSIGN(const auto hash, decode_hash(select.text(6)));
        tokens.push_back({.token = {.id = select.text(0),
                                    .name = select.text(1),
                                    .role = *role,
                                    .scopes = std::move(scopes),
                                    .limits = limits,
                                    .hint = select.text(4),
                                    .created_at_us = select.integer(5)},
                          .hash = hash});
    }
}

Result<> insert_token(Connection& connection, const StoredToken& stored) {
    ICE_ASSIGN(
        auto insert,
        Statement::prepare(connection, "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    return insert.bind(stored.token.id)
        .bind(stored.token.name)
        .bind(role_name(stored.token.role))
        .bind(text_of(stored.token.scopes))
        .bind(encode_hex(stored.hash))
        .bind(stored.token.hint)
        .bind(stored.token.created_at_us)
        .bind(text_of(stored.token.limits))
        .run();
}

Result<bool> delete_token(Connection& connection, const std::string& id) {
    ICE_ASSIGN(auto remove, Statement::prepare(connection, "DELETE FROM tokens WHERE id = ?"));
    ICE_TRY(remove.bind(id).run());
    return connection.changes() > 0;
}

}  // namespace icelight::app
