#include "io/sqlite/connection.h"

#include <sqlite3.h>

#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace icelight::io::sqlite {

namespace {

/// What the caller should do about an SQLite result code.
ErrorCode code_of(int sqlite_code) {
    switch (sqlite_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::kUnavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::kCorruption;
        default:
            return ErrorCode::kIo;
    }
}

/// What an operator can do, for the codes with a plain answer.
std::string_view advice_of(int sqlite_code) {
    switch (sqlite_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "; locked by another process: is another icelight, or an SQLite tool, using it?";
        case SQLITE_NOTADB:
            return "; not a database of icelight: restore it from a backup or name another data "
                   "directory";
        case SQLITE_CORRUPT:
            return "; damaged: restore it from a backup";
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return "; give this user write permission to the file and its directory";
        case SQLITE_FULL:
            return "; free some disk space";
        default:
            return "";
    }
}

tl::unexpected<Error> make_failure(const std::filesystem::path& path,
                                   std::string_view doing,
                                   int sqlite_code,
                                   const char* said) {
    return fail(code_of(sqlite_code),
                fmt::format("{}: cannot {}: {} (SQLite {}){}",
                            path.string(),
                            doing,
                            said,
                            sqlite_code,
                            advice_of(sqlite_code)));
}

int open_flags(ConnectionMode mode) {
    switch (mode) {
        case ConnectionMode::kReadOnly:
            return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
        case ConnectionMode::kReadWrite:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
        case ConnectionMode::kCreate:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    }
    return 0;
}

}  // namespace

Result<Connection> Connection::open(const ConnectionOptions& options, ConnectionMode mode) {
    Connection connection;
    connection.path_ = options.path;
    const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
    const int code =
        sqlite3_open_v2(options.path.c_str(), &connection.handle_, open_flags(mode), vfs);
    if (code != SQLITE_OK) return connection.failure("open");
    if (mode != ConnectionMode::kReadOnly && sqlite3_db_readonly(connection.handle_, "main") == 1) {
        // SQLite falls back to reading, and would say so only at the first change.
        return make_failure(
            options.path, "open for writing", SQLITE_READONLY, sqlite3_errstr(SQLITE_READONLY));
    }
    sqlite3_extended_result_codes(connection.handle_, 1);
    sqlite3_busy_timeout(connection.handle_, static_cast<int>(options.busy_timeout.count()));
    return connection;
}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
    if (this != &other) {
        sqlite3_close_v2(handle_);
        handle_ = std::exchange(other.handle_, nullptr);
        path_ = std::move(other.path_);
    }
    return *this;
}

Connection::~Connection() {
    sqlite3_close_v2(handle_);
}

Result<> Connection::execute(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(fmt::format("run '{}'", sql));
    return {};
}

void Connection::rollback() {
    if (handle_ != nullptr && sqlite3_get_autocommit(handle_) == 0) {
        sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

int Connection::changes() const {
    return sqlite3_changes(handle_);
}

tl::unexpected<Error> Connection::failure(std::string_view doing) const {
    if (handle_ == nullptr) return make_failure(path_, doing, SQLITE_NOMEM, "out of memory");
    return make_failure(path_, doing, sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_));
}

Result<Statement> Statement::prepare(Connection& connection, std::string_view sql) {
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v2(
        connection.handle_, sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
    if (code != SQLITE_OK) return connection.failure(fmt::format("prepare '{}'", sql));
    return Statement(&connection, handle);
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      handle_(std::exchange(other.handle_, nullptr)),
      bound_(other.bound_) {}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement& Statement::bind(std::int64_t value) {
    const int code = sqlite3_bind_int64(handle_, ++bound_, value);
    ICE_CHECK(code == SQLITE_OK, "a statement has fewer parameters than values");
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    const int code = sqlite3_bind_text(
        handle_, ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    ICE_CHECK(code == SQLITE_OK, "a statement has fewer parameters than values");
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return connection_->failure(fmt::format("run '{}'", sqlite3_sql(handle_)));
}

Result<> Statement::run() {
    ICE_ASSIGN(const bool has_row, step());
    ICE_CHECK(!has_row, "a statement that returns rows was run as one that does not");
    return {};
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
}

}  // namespace icelight::io::sqlite
