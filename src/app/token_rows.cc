#include "app/token_rows.h"

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

}  // namespace

Result<std::vector<StoredToken>> load_tokens(Connection& connection) {
    ICE_ASSIGN(auto select,
               Statement::prepare(connection,
                                  "SELECT id, name, role, scopes, hint, created_at_us, hash "
                                  "FROM tokens ORDER BY name"));
    std::vector<StoredToken> tokens;
    for (;;) {
        ICE_ASSIGN(const bool has_row, select.step());
        if (!has_row) return tokens;
        const auto role = find_role(select.text(2));
        if (!role)
            return fail(ErrorCode::kCorruption, "token " + select.text(0) + ": unknown role");
        ICE_ASSIGN(auto scopes, scopes_of(select.text(3)));
        ICE_ASSIGN(const auto hash, decode_hash(select.text(6)));
        tokens.push_back({.token = {.id = select.text(0),
                                    .name = select.text(1),
                                    .role = *role,
                                    .scopes = std::move(scopes),
                                    .hint = select.text(4),
                                    .created_at_us = select.integer(5)},
                          .hash = hash});
    }
}

Result<> insert_token(Connection& connection, const StoredToken& stored) {
    ICE_ASSIGN(auto insert,
               Statement::prepare(connection, "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)"));
    return insert.bind(stored.token.id)
        .bind(stored.token.name)
        .bind(role_name(stored.token.role))
        .bind(text_of(stored.token.scopes))
        .bind(encode_hex(stored.hash))
        .bind(stored.token.hint)
        .bind(stored.token.created_at_us)
        .run();
}

Result<bool> delete_token(Connection& connection, const std::string& id) {
    ICE_ASSIGN(auto remove, Statement::prepare(connection, "DELETE FROM tokens WHERE id = ?"));
    ICE_TRY(remove.bind(id).run());
    return connection.changes() > 0;
}

}  // namespace icelight::app
