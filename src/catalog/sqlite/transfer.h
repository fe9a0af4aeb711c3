#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

/// Carrying a catalog.db to another place.
namespace icelight::catalog::sqlite {

/// Writes one moment of `database`, which another process may be using, to the new file `target`,
/// synced. @error kIo, kUnavailable, kCorruption  as Connection.
Result<> copy_database(const std::filesystem::path& database, const std::filesystem::path& target);

/// Where a table was and where it is now.
struct Move {
    std::string from;
    std::string to;  ///< A metadata file of the version after `from`'s.
};

/// Points every table of `moves` to its new metadata file and forgets all journals, in one
/// transaction. @error kConflict  a table is elsewhere: nothing was changed.
Result<> move_tables(const std::filesystem::path& database,
                     const std::map<TableIdent, Move>& moves);

}  // namespace icelight::catalog::sqlite
