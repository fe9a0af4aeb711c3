#include "catalog/sqlite/schema.h"

#include <array>
#include <string>

#include <fmt/format.h>

#include "catalog/sqlite/connection.h"
#include "catalog/sqlite/transaction.h"

namespace icelight::catalog::sqlite {

namespace {

/// Step n brings version n to n + 1. A step is never changed once released; new ones are added.
constexpr std::array<const char*, kSchemaVersion> kSteps = {
    R"(
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE namespaces(space TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE namespace_properties(
        space TEXT NOT NULL REFERENCES namespaces ON DELETE CASCADE,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (space, key)) STRICT, WITHOUT ROWID;
    CREATE TABLE tables(
        space TEXT NOT NULL REFERENCES namespaces,
        name TEXT NOT NULL,
        table_uuid TEXT NOT NULL,
        metadata_location TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (space, name)) STRICT, WITHOUT ROWID;
    CREATE TABLE sinks(
        sink INTEGER PRIMARY KEY,
        log_uuid TEXT NOT NULL,
        offsets_gone INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE watermarks(
        sink INTEGER NOT NULL REFERENCES sinks,
        shard INTEGER NOT NULL,
        next_offset INTEGER NOT NULL,
        commit_id TEXT NOT NULL,
        PRIMARY KEY (sink, shard)) STRICT, WITHOUT ROWID;
    CREATE TABLE journals(
        commit_id TEXT PRIMARY KEY,
        created_at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE journal_files(
        commit_id TEXT NOT NULL REFERENCES journals ON DELETE CASCADE,
        path TEXT NOT NULL,
        PRIMARY KEY (commit_id, path)) STRICT, WITHOUT ROWID;
    )",
    R"(
    CREATE TABLE requests(
        key TEXT PRIMARY KEY,
        digest TEXT NOT NULL,
        reply TEXT NOT NULL,
        created_at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX requests_by_age ON requests(created_at_us);
    )",
};

Result<std::int64_t> load_number(Connection& connection, std::string_view sql) {
    ICE_ASSIGN(auto statement, Statement::prepare(connection, sql));
    ICE_ASSIGN(const bool has_row, statement.step());
    return has_row ? statement.integer(0) : 0;
}

Result<std::string> load_text(Connection& connection, std::string_view sql) {
    ICE_ASSIGN(auto statement, Statement::prepare(connection, sql));
    ICE_ASSIGN(const bool has_row, statement.step());
    return has_row ? statement.text(0) : std::string();
}

}  // namespace

Result<> set_durability(Connection& connection) {
    ICE_ASSIGN(const std::string mode, load_text(connection, "PRAGMA journal_mode=WAL"));
    if (mode != "wal") {
        return fail(ErrorCode::kIo,
                    fmt::format("{}: SQLite cannot use a write-ahead log here (journal mode is "
                                "'{}'); use a local file system",
                                connection.path().string(),
                                mode));
    }
    ICE_TRY(connection.execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"));
    ICE_ASSIGN(const std::int64_t synchronous, load_number(connection, "PRAGMA synchronous"));
    if (synchronous != 2) {
        return fail(ErrorCode::kIo,
                    connection.path().string() + ": SQLite refused synchronous=FULL");
    }
    return {};
}

Result<> prepare_schema(Connection& connection, TimestampUs now_us) {
    ICE_ASSIGN(auto transaction, Transaction::begin(connection, TransactionKind::kWrite));
    ICE_ASSIGN(const auto application, load_number(connection, "PRAGMA application_id"));
    ICE_ASSIGN(const auto objects, load_number(connection, "SELECT count(*) FROM sqlite_schema"));
    ICE_ASSIGN(const auto version, load_number(connection, "PRAGMA user_version"));
    const std::string file = connection.path().string();
    if (application != kApplicationId && (objects > 0 || application != 0 || version != 0)) {
        return fail(ErrorCode::kCorruption,
                    file +
                        ": an SQLite database, but not a catalog of icelight; name another "
                        "data directory or move the file away");
    }
    if (version > kSchemaVersion) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("{}: written by a newer icelight (schema {}, this one knows {}); "
                                "run that version or restore an older backup",
                                file,
                                version,
                                kSchemaVersion));
    }
    if (version == kSchemaVersion) return transaction.commit();
    for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) {
        ICE_TRY(connection.execute(kSteps.at(step)));
    }
    if (application == 0) {
        const std::string birth =
            fmt::format("INSERT INTO meta VALUES ('created_at_us', '{}')", now_us);
        ICE_TRY(connection.execute(birth.c_str()));
    }
    const std::string stamp = fmt::format(
        "PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, kSchemaVersion);
    ICE_TRY(connection.execute(stamp.c_str()));
    return transaction.commit();
}

}  // namespace icelight::catalog::sqlite
