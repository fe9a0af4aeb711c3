#include "catalog/sqlite/rows.h"

#include <fmt/format.h>

#include "catalog/refusal.h"

namespace icelight::catalog::sqlite {

namespace {

constexpr char kLevelSeparator = '\x1f';

Result<Uuid> read_uuid(const Connection& connection, const Statement& statement, int column) {
    const std::string text = statement.text(column);
    if (const auto uuid = find_uuid(text)) return *uuid;
    return fail(ErrorCode::kCorruption,
                fmt::format("{}: '{}' is not a UUID; restore the file from a backup",
                            connection.path().string(),
                            text));
}

/// The first column of every row.
Result<std::vector<std::string>> load_texts(Connection& connection, const char* sql) {
    ICE_ASSIGN(auto statement, Statement::prepare(connection, sql));
    std::vector<std::string> texts;
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return texts;
        texts.push_back(statement.text(0));
    }
}

}  // namespace

std::string encode_space(const std::vector<std::string>& levels) {
    return fmt::format("{}", fmt::join(levels, std::string(1, kLevelSeparator)));
}

std::vector<std::string> decode_space(const std::string& text) {
    std::vector<std::string> levels;
    if (text.empty()) return levels;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = text.find(kLevelSeparator, begin);
        levels.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos) return levels;
        begin = end + 1;
    }
}

Result<bool> has_namespace(Connection& connection, const std::vector<std::string>& levels) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "SELECT 1 FROM namespaces WHERE space = ?"));
    return statement.bind(encode_space(levels)).step();
}

Result<> require_namespace(Connection& connection, const std::vector<std::string>& levels) {
    ICE_ASSIGN(const bool is_there, has_namespace(connection, levels));
    if (is_there) return {};
    return no_such_namespace(levels);
}

Result<std::vector<std::string>> load_namespaces(Connection& connection) {
    return load_texts(connection, "SELECT space FROM namespaces ORDER BY space");
}

Result<std::map<std::string, std::string>> load_properties(Connection& connection,
                                                           const std::string& space) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "SELECT key, value FROM namespace_properties WHERE space = ?"));
    statement.bind(space);
    std::map<std::string, std::string> properties;
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return properties;
        properties.emplace(statement.text(0), statement.text(1));
    }
}

Result<> insert_namespace(Connection& connection, const Namespace& space) {
    const std::string path = encode_space(space.levels);
    ICE_ASSIGN(auto statement, Statement::prepare(connection, "INSERT INTO namespaces VALUES (?)"));
    ICE_TRY(statement.bind(path).run());
    return store_properties(connection, path, space.properties);
}

Result<bool> is_namespace_empty(Connection& connection, const std::vector<std::string>& levels) {
    const std::string space = encode_space(levels);
    ICE_ASSIGN(
        auto statement,
        Statement::prepare(connection,
                           "SELECT (SELECT count(*) FROM tables WHERE space = ?1) + "
                           "(SELECT count(*) FROM views WHERE space = ?1) + "
                           "(SELECT count(*) FROM namespaces WHERE substr(space, 1, ?2) = ?3)"));
    const std::string below = space + kLevelSeparator;
    // substr() counts characters, and so does length(): the prefix's is asked of SQLite.
    ICE_ASSIGN(auto length, Statement::prepare(connection, "SELECT length(?)"));
    ICE_TRY(length.bind(below).step());
    ICE_TRY(statement.bind(space).bind(length.integer(0)).bind(below).step());
    return statement.integer(0) == 0;
}

Result<> store_properties(Connection& connection,
                          const std::string& space,
                          const std::map<std::string, std::string>& properties) {
    ICE_ASSIGN(auto old,
               Statement::prepare(connection, "DELETE FROM namespace_properties WHERE space = ?"));
    ICE_TRY(old.bind(space).run());
    for (const auto& [key, value] : properties) {
        ICE_ASSIGN(
            auto property,
            Statement::prepare(connection, "INSERT INTO namespace_properties VALUES (?, ?, ?)"));
        ICE_TRY(property.bind(space).bind(key).bind(value).run());
    }
    return {};
}

Result<> remove_namespace(Connection& connection, const std::string& space) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "DELETE FROM namespaces WHERE space = ?"));
    return statement.bind(space).run();
}

Result<std::map<SinkId, SinkRow>> load_sinks(Connection& connection) {
    std::map<SinkId, SinkRow> sinks;
    ICE_ASSIGN(
        auto statement,
        Statement::prepare(connection,
                           "SELECT s.sink, s.log_uuid, s.offsets_gone, w.shard, w.next_offset, "
                           "w.commit_id FROM sinks s LEFT JOIN watermarks w ON w.sink = s.sink"));
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return sinks;
        SinkRow& sink = sinks[statement.integer(0)];
        ICE_ASSIGN(sink.progress.watermark.log_uuid, read_uuid(connection, statement, 1));
        sink.offsets_gone = static_cast<std::uint64_t>(statement.integer(2));
        const auto shard = static_cast<std::int32_t>(statement.integer(3));
        const std::string commit_id = statement.text(5);
        if (commit_id.empty()) continue;  // a sink without shards yet
        sink.progress.watermark.next_offset[shard] =
            static_cast<std::uint64_t>(statement.integer(4));
        sink.progress.commit_ids[shard] = commit_id;
    }
}

Result<> store_sink(Connection& connection, SinkId sink, const Uuid& log_uuid) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "INSERT INTO sinks(sink, log_uuid) VALUES (?, ?) "
                                  "ON CONFLICT(sink) DO UPDATE SET log_uuid = excluded.log_uuid"));
    return statement.bind(sink).bind(log_uuid.text()).run();
}

Result<> store_watermark(Connection& connection,
                         SinkId sink,
                         std::int32_t shard,
                         std::uint64_t next_offset,
                         const std::string& commit_id) {
    ICE_ASSIGN(
        auto statement,
        Statement::prepare(connection, "INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?, ?)"));
    statement.bind(sink).bind(std::int64_t{shard});
    return statement.bind(static_cast<std::int64_t>(next_offset)).bind(commit_id).run();
}

Result<> store_journal(Connection& connection, const Journal& journal) {
    ICE_TRY(remove_journal(connection, journal.commit_id));
    const std::string id = journal.commit_id.text();
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "INSERT INTO journals VALUES (?, ?)"));
    ICE_TRY(statement.bind(id).bind(journal.created_at_us).run());
    for (const std::string& path : journal.paths) {
        ICE_ASSIGN(
            auto file,
            Statement::prepare(connection, "INSERT OR IGNORE INTO journal_files VALUES (?, ?)"));
        ICE_TRY(file.bind(id).bind(path).run());
    }
    return {};
}

Result<> remove_journal(Connection& connection, const Uuid& commit_id) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "DELETE FROM journals WHERE commit_id = ?"));
    return statement.bind(commit_id.text()).run();
}

Result<std::vector<Journal>> load_journals(Connection& connection) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "SELECT j.commit_id, j.created_at_us, f.path FROM journals j "
                                  "LEFT JOIN journal_files f ON f.commit_id = j.commit_id "
                                  "ORDER BY j.created_at_us, j.commit_id, f.path"));
    std::vector<Journal> journals;
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return journals;
        ICE_ASSIGN(const Uuid id, read_uuid(connection, statement, 0));
        if (journals.empty() || journals.back().commit_id != id) {
            journals.push_back({id, {}, statement.integer(1)});
        }
        if (std::string path = statement.text(2); !path.empty()) {
            journals.back().paths.push_back(std::move(path));
        }
    }
}

Result<std::vector<std::string>> load_view_locations(Connection& connection) {
    return load_texts(connection, "SELECT metadata_location FROM views");
}

Result<std::vector<std::string>> load_purges(Connection& connection) {
    return load_texts(connection, "SELECT location FROM purges ORDER BY location");
}

Result<> store_purge(Connection& connection, const std::string& location) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "INSERT OR IGNORE INTO purges VALUES (?)"));
    return statement.bind(location).run();
}

Result<> remove_purge(Connection& connection, const std::string& location) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "DELETE FROM purges WHERE location = ?"));
    return statement.bind(location).run();
}

Result<Contents> load_contents(Connection& connection) {
    Contents contents;
    ICE_ASSIGN(contents.tables, load_relations(connection, Relation::kTable));
    ICE_ASSIGN(contents.sinks, load_sinks(connection));
    ICE_ASSIGN(contents.journals, load_journals(connection));
    ICE_ASSIGN(contents.view_locations, load_view_locations(connection));
    ICE_ASSIGN(contents.purges, load_purges(connection));
    return contents;
}

Result<std::string> load_token(Connection& connection) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "SELECT value FROM meta WHERE key = 'token'"));
    ICE_ASSIGN(const bool has_row, statement.step());
    return has_row ? statement.text(0) : std::string();
}

Result<> store_token(Connection& connection, const std::string& token) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "INSERT OR REPLACE INTO meta VALUES ('token', ?)"));
    return statement.bind(token).run();
}

}  // namespace icelight::catalog::sqlite
