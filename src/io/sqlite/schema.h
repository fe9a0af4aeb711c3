#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/sqlite/connection.h"

namespace icelight::io::sqlite {

/// What a database of ours holds, and how older ones get there.
struct SchemaPlan {
    std::string_view noun;   ///< "a catalog": what the file is, for messages.
    int application_id = 0;  ///< `PRAGMA application_id`: tells our files from others'.
    /// Step n brings version n (`PRAGMA user_version`) to n + 1. A step is never changed once
    /// released; new ones are added at the end.
    std::span<const char* const> steps;
    std::string birth;  ///< Run once, after the steps, in a file that was empty. May be "".
};

/// Sets journal_mode=WAL and synchronous=FULL and checks that SQLite took them.
Result<> set_durability(Connection& connection);

/// Makes the tables in an empty file, migrates older ones, in one transaction.
///
/// @error kUnsupported  written by a newer icelight; nothing was changed.
/// @error kCorruption   a database, but not what the plan says; nothing was changed.
Result<> prepare_schema(Connection& connection, const SchemaPlan& plan);

}  // namespace icelight::io::sqlite
