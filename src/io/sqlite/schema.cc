#include "io/sqlite/schema.h"

#include <cstdint>

#include <fmt/format.h>

#include "io/sqlite/transaction.h"

namespace icelight::io::sqlite {
namespace {

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

Result<> prepare_schema(Connection& connection, const SchemaPlan& plan) {
    ICE_ASSIGN(auto transaction, Transaction::begin(connection, TransactionKind::kWrite));
    ICE_ASSIGN(const auto application, load_number(connection, "PRAGMA application_id"));
    ICE_ASSIGN(const auto objects, load_number(connection, "SELECT count(*) FROM sqlite_schema"));
    ICE_ASSIGN(const auto version, load_number(connection, "PRAGMA user_version"));
    const std::string file = connection.path().string();
    if (application != plan.application_id && (objects > 0 || application != 0 || version != 0)) {
        return fail(ErrorCode::kCorruption,
                    fmt::format("{}: an SQLite database, but not {} of icelight; name another data "
                                "directory or move the file away",
                                file,
                                plan.noun));
    }
    const auto known = static_cast<std::int64_t>(plan.steps.size());
    if (version > known) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("{}: written by a newer icelight (schema {}, this one knows {}); "
                                "run that version or restore an older backup",
                                file,
                                version,
                                known));
    }
    if (version == known) return transaction.commit();
    for (const char* step : plan.steps.subspan(static_cast<std::size_t>(version))) {
        ICE_TRY(connection.execute(step));
    }
    if (application == 0) {
        ICE_TRY(connection.execute(plan.birth.c_str()));
    }
    const std::string stamp =
        fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", plan.application_id, known);
    ICE_TRY(connection.execute(stamp.c_str()));
    return transaction.commit();
}

}  // namespace icelight::io::sqlite
