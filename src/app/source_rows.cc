#include "app/source_rows.h"

#include <sstream>

namespace icelight::app {
namespace {

using io::sqlite::Statement;

constexpr char kSourceColumns[] =
    "SELECT id, name, is_enabled, allowed_origins, events_per_second_max, ip_policy, created_at_us "
    "FROM sources";

Result<Source> source_of(const Statement& row) {
    const auto policy = find_ip_policy(row.text(5));
    if (!policy)
        return fail(ErrorCode::kCorruption, "source " + row.text(0) + ": unknown ip_policy");
    return Source{.id = row.text(0),
                  .name = row.text(1),
                  .is_enabled = row.integer(2) != 0,
                  .allowed_origins = split_lines(row.text(3)),
                  .events_per_second_max = row.integer(4),
                  .ip_policy = *policy,
                  .created_at_us = row.integer(6)};
}

}  // namespace

std::string join_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) {
        if (!text.empty()) text += '\n';
        text += line;
    }
    return text;
}

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

Result<SecretHash> decode_hash(const std::string& text) {
    SecretHash hash{};
    if (decode_hex(text, hash)) return hash;
    return fail(ErrorCode::kCorruption, "a stored hash is not 64 hex digits");
}

Result<std::vector<Source>> load_sources(Connection& connection) {
    const std::string sql = std::string(kSourceColumns) + " ORDER BY id";
    ICE_ASSIGN(auto select, Statement::prepare(connection, sql));
    std::vector<Source> sources;
    for (;;) {
        ICE_ASSIGN(const bool has_row, select.step());
        if (!has_row) return sources;
        ICE_ASSIGN(auto source, source_of(select));
        sources.push_back(std::move(source));
    }
}

Result<std::optional<Source>> load_source(Connection& connection, const std::string& id) {
    const std::string sql = std::string(kSourceColumns) + " WHERE id = ?";
    ICE_ASSIGN(auto select, Statement::prepare(connection, sql));
    ICE_ASSIGN(const bool has_row, select.bind(id).step());
    if (!has_row) return std::optional<Source>();
    ICE_ASSIGN(auto source, source_of(select));
    return std::optional<Source>(std::move(source));
}

Result<> store_source(Connection& connection, const Source& source) {
    ICE_ASSIGN(auto upsert,
               Statement::prepare(
                   connection,
                   "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
                   "SET name = excluded.name, is_enabled = excluded.is_enabled, "
                   "allowed_origins = excluded.allowed_origins, "
                   "events_per_second_max = excluded.events_per_second_max, "
                   "ip_policy = excluded.ip_policy"));
    return upsert.bind(source.id)
        .bind(source.name)
        .bind(std::int64_t{source.is_enabled ? 1 : 0})
        .bind(join_lines(source.allowed_origins))
        .bind(source.events_per_second_max)
        .bind(ip_policy_name(source.ip_policy))
        .bind(source.created_at_us)
        .run();
}

Result<std::vector<StoredKey>> load_write_keys(Connection& connection) {
    ICE_ASSIGN(auto select,
               Statement::prepare(connection,
                                  "SELECT id, source_id, hint, created_at_us, expires_at_us, hash "
                                  "FROM write_keys ORDER BY source_id, created_at_us, id"));
    std::vector<StoredKey> keys;
    for (;;) {
        ICE_ASSIGN(const bool has_row, select.step());
        if (!has_row) return keys;
        ICE_ASSIGN(const auto hash, decode_hash(select.text(5)));
        keys.push_back({.key = {.id = select.text(0),
                                .source_id = select.text(1),
                                .hint = select.text(2),
                                .created_at_us = select.integer(3),
                                .expires_at_us = select.integer(4)},
                        .hash = hash});
    }
}

Result<> insert_write_key(Connection& connection, const StoredKey& stored) {
    ICE_ASSIGN(auto insert,
               Statement::prepare(connection, "INSERT INTO write_keys VALUES (?, ?, ?, ?, ?, ?)"));
    return insert.bind(stored.key.id)
        .bind(stored.key.source_id)
        .bind(encode_hex(stored.hash))
        .bind(stored.key.hint)
        .bind(stored.key.created_at_us)
        .bind(stored.key.expires_at_us)
        .run();
}

Result<> expire_write_keys(Connection& connection,
                           const std::string& source_id,
                           TimestampUs at_us) {
    ICE_ASSIGN(auto update,
               Statement::prepare(connection,
                                  "UPDATE write_keys SET expires_at_us = ? WHERE source_id = ? "
                                  "AND (expires_at_us = 0 OR expires_at_us > ?)"));
    return update.bind(at_us).bind(source_id).bind(at_us).run();
}

Result<> delete_expired_keys(Connection& connection,
                             const std::string& source_id,
                             TimestampUs now_us) {
    ICE_ASSIGN(auto remove,
               Statement::prepare(connection,
                                  "DELETE FROM write_keys WHERE source_id = ? "
                                  "AND expires_at_us <> 0 AND expires_at_us <= ?"));
    return remove.bind(source_id).bind(now_us).run();
}

}  // namespace icelight::app
