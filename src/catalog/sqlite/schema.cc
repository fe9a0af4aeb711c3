#include "catalog/sqlite/schema.h"

#include <array>
#include <string>

#include <fmt/format.h>

#include "catalog/sqlite/connection.h"
#include "io/sqlite/schema.h"

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
    R"(
    CREATE TABLE views(
        space TEXT NOT NULL REFERENCES namespaces,
        name TEXT NOT NULL,
        view_uuid TEXT NOT NULL,
        metadata_location TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (space, name)) STRICT, WITHOUT ROWID;
    CREATE TABLE purges(location TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    )",
    R"(
    CREATE TABLE halts(
        sink INTEGER NOT NULL REFERENCES sinks,
        space TEXT NOT NULL,
        name TEXT NOT NULL,
        reason TEXT NOT NULL,
        kept_below INTEGER NOT NULL,
        offsets_gone INTEGER NOT NULL,
        PRIMARY KEY (sink, space, name)) STRICT, WITHOUT ROWID;
    )",
};

}  // namespace

Result<> set_durability(Connection& connection) {
    return io::sqlite::set_durability(connection);
}

Result<> prepare_schema(Connection& connection, TimestampUs now_us) {
    return io::sqlite::prepare_schema(
        connection,
        {.noun = "a catalog",
         .application_id = kApplicationId,
         .steps = kSteps,
         .birth = fmt::format("INSERT INTO meta VALUES ('created_at_us', '{}')", now_us)});
}

}  // namespace icelight::catalog::sqlite
