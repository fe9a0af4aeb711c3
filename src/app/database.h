#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "io/sqlite/connection.h"

namespace icelight::app {

using io::sqlite::Connection;
using io::sqlite::Statement;

/// `PRAGMA application_id` of app.db: "iceA".
inline constexpr int kApplicationId = 0x69636541;

/// app.db: what people set up by hand, in SQLite (WAL, synchronous=FULL). Readable by its owner
/// only. The tables of every part are steps of one list in database.cc; new parts add steps.
///
/// Errors are those of io::sqlite::Connection. Thread safety: none; in the server the thread
/// "app" alone uses it.
class Database {
public:
    /// Makes the file, or brings an older one up.
    /// @error kUnsupported  written by a newer icelight.
    /// @error kCorruption   not an app.db.
    static Result<Database> open(const std::filesystem::path& path, const Clock& clock);

    /// Runs `change` in one write transaction; its error rolls back and is returned.
    /// @error kCommitStateUnknown  COMMIT failed: it may be there or not. Read again.
    Result<> transact(const std::function<Result<>(Connection&)>& change);

    /// Runs `read` on one moment of the database.
    Result<> inspect(const std::function<Result<>(Connection&)>& read);

    /// A value of the table `meta`. @error kCorruption  it is not there.
    Result<std::string> meta(std::string_view key);

private:
    explicit Database(io::sqlite::ConnectionOptions options) : options_(std::move(options)) {}

    Result<> ensure_open();

    io::sqlite::ConnectionOptions options_;
    Connection connection_;
};

}  // namespace icelight::app
