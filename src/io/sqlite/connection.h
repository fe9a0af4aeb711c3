#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace icelight::io::sqlite {

enum class ConnectionMode { kReadOnly, kReadWrite, kCreate };

struct ConnectionOptions {
    std::filesystem::path path;
    std::chrono::milliseconds busy_timeout{5'000};  ///< How long another process may hold the lock.
    std::string vfs;  ///< Name of a registered SQLite VFS; empty: the default. For tests.
};

/// One connection to a SQLite database. Errors name the file and what SQLite said.
///
/// Codes: kUnavailable (locked by another process past the busy timeout), kCorruption (damaged,
/// or not a database), kIo (everything else the OS refused; also a full disk).
/// Thread safety: none; one thread at a time. Move only.
class Connection {
public:
    static Result<Connection> open(const ConnectionOptions& options, ConnectionMode mode);

    Connection() = default;
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&& other) noexcept;
    ~Connection();

    /// Runs statements that return no rows.
    Result<> execute(const char* sql);
    /// Ends an open transaction, if any, without its changes. Cannot fail in a way that matters:
    /// what is not committed is not there.
    void rollback();

    bool is_open() const { return handle_ != nullptr; }

    int changes() const;
    /// The error of the last call, as a Result's failure.
    tl::unexpected<Error> failure(std::string_view doing) const;

    const std::filesystem::path& path() const { return path_; }

private:
    friend class Statement;
    sqlite3* handle_ = nullptr;
    std::filesystem::path path_;
};

/// A prepared statement: bind in order, then step through rows.
///
/// Lifetime: the connection outlives it.
class Statement {
public:
    static Result<Statement> prepare(Connection& connection, std::string_view sql);

    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Binds the next parameter. Text is copied.
    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view text);

    /// @return true: a row is there; false: done.
    Result<bool> step();
    /// For statements that return no row.
    Result<> run();

    std::int64_t integer(int column) const;
    std::string text(int column) const;

private:
    Statement(Connection* connection, sqlite3_stmt* handle)
        : connection_(connection), handle_(handle) {}

    Connection* connection_;
    sqlite3_stmt* handle_;
    int bound_ = 0;
};

}  // namespace icelight::io::sqlite
