#include "app/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "app/secret.h"
#include "base/unique_fd.h"
#include "io/sqlite/schema.h"
#include "io/sqlite/transaction.h"

namespace icelight::app {
namespace {

using io::sqlite::ConnectionMode;
using io::sqlite::Transaction;
using io::sqlite::TransactionKind;

/// Step n brings version n to n + 1. A step is never changed once released; new ones are added.
constexpr std::array kSteps = {
    R"(
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE sources(
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        is_enabled INTEGER NOT NULL,
        allowed_origins TEXT NOT NULL,
        events_per_second_max INTEGER NOT NULL,
        ip_policy TEXT NOT NULL,
        created_at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE write_keys(
        id TEXT PRIMARY KEY,
        source_id TEXT NOT NULL REFERENCES sources ON DELETE CASCADE,
        hash TEXT NOT NULL UNIQUE,
        hint TEXT NOT NULL,
        created_at_us INTEGER NOT NULL,
        expires_at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX write_keys_by_source ON write_keys(source_id);
    CREATE TABLE tokens(
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL,
        scopes TEXT NOT NULL,
        hash TEXT NOT NULL UNIQUE,
        hint TEXT NOT NULL,
        created_at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    )",
    R"(
    CREATE TABLE query_history(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        owner TEXT NOT NULL,
        kind TEXT NOT NULL,
        sql TEXT NOT NULL,
        sql_bytes INTEGER NOT NULL,
        format TEXT NOT NULL,
        status TEXT NOT NULL,
        error TEXT NOT NULL,
        started_at_us INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        meta TEXT NOT NULL) STRICT;
    CREATE INDEX query_history_by_name ON query_history(name);
    CREATE TABLE saved_queries(
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        name TEXT NOT NULL,
        folder TEXT NOT NULL,
        description TEXT NOT NULL,
        sql TEXT NOT NULL,
        is_shared INTEGER NOT NULL,
        created_at_us INTEGER NOT NULL,
        updated_at_us INTEGER NOT NULL,
        UNIQUE(owner, name)) STRICT;
    )",
    "ALTER TABLE tokens ADD COLUMN limits TEXT NOT NULL DEFAULT ''",
};

constexpr mode_t kOwnerOnly = 0600;

/// SQLite gives its side files the mode of the database: so that comes first.
Result<> ensure_private_file(const std::filesystem::path& path) {
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
    if (file.number() >= 0) return {};
    return fail(ErrorCode::kIo,
                fmt::format("{}: cannot create: {}; give this user write permission to the "
                            "directory",
                            path.string(),
                            std::generic_category().message(errno)));
}

}  // namespace

Result<Database> Database::open(const std::filesystem::path& path, const Clock& clock) {
    ICE_TRY(ensure_private_file(path));
    Database database({.path = path});
    ICE_TRY(database.ensure_open());
    ICE_TRY(io::sqlite::prepare_schema(
        database.connection_,
        {.noun = "an app.db",
         .application_id = kApplicationId,
         .steps = kSteps,
         .birth = fmt::format("INSERT INTO meta VALUES ('created_at_us', '{}'), ('hash_key', '{}')",
                              clock.now_us(),
                              encode_hex(make_hash_key()))}));
    return database;
}

Result<> Database::transact(const std::function<Result<>(Connection&)>& change) {
    ICE_TRY(ensure_open());
    ICE_ASSIGN(auto transaction, Transaction::begin(connection_, TransactionKind::kWrite));
    ICE_TRY(change(connection_));
    auto committed = transaction.commit();
    if (committed) return {};
    // SQLite's view of the file is not to be trusted after an I/O error: open it again next time.
    connection_ = Connection();
    return fail(ErrorCode::kCommitStateUnknown, committed.error().message);
}

Result<> Database::inspect(const std::function<Result<>(Connection&)>& read) {
    ICE_TRY(ensure_open());
    ICE_ASSIGN(auto transaction, Transaction::begin(connection_, TransactionKind::kRead));
    ICE_TRY(read(connection_));
    return transaction.commit();
}

Result<std::string> Database::meta(std::string_view key) {
    std::string value;
    ICE_TRY(inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(auto select,
                   Statement::prepare(connection, "SELECT value FROM meta WHERE key = ?"));
        ICE_ASSIGN(const bool has_row, select.bind(key).step());
        if (!has_row) {
            return fail(ErrorCode::kCorruption,
                        fmt::format("{}: the row '{}' of meta is missing; restore a backup",
                                    connection.path().string(),
                                    key));
        }
        value = select.text(0);
        return {};
    }));
    return value;
}

Result<> Database::ensure_open() {
    if (connection_.is_open()) return {};
    ICE_ASSIGN(auto fresh, Connection::open(options_, ConnectionMode::kReadWrite));
    ICE_TRY(io::sqlite::set_durability(fresh));
    connection_ = std::move(fresh);
    return {};
}

}  // namespace icelight::app
