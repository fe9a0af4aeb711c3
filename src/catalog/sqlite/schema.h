#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "catalog/sqlite/connection.h"

namespace icelight::catalog::sqlite {

/// Version of the tables in catalog.db (docs/formats/catalog.md). Kept in `PRAGMA user_version`.
inline constexpr int kSchemaVersion = 4;

/// `PRAGMA application_id`: "iceL".
inline constexpr int kApplicationId = 0x6963654c;

/// Sets journal_mode=WAL and synchronous=FULL and checks that SQLite took them.
Result<> set_durability(Connection& connection);

/// Makes the tables in an empty file, migrates older ones, in one transaction.
///
/// @error kUnsupported  written by a newer icelight; nothing was changed.
/// @error kCorruption   a database, but not a catalog of icelight; nothing was changed.
Result<> prepare_schema(Connection& connection, TimestampUs now_us);

}  // namespace icelight::catalog::sqlite
