#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite/rows.h"
#include "catalog/table_cache.h"

namespace icelight::catalog::sqlite {

/// Checks catalog.db against the files of the warehouse; changes nothing.
///
/// Every table's metadata file is there, parses and is the table's; no metadata file is newer than
/// a crash can leave; the tables' copies of W agree with `sinks`, but
/// may lie below it while a sink is halted.
/// @error kCorruption  the first thing that is wrong: the file, and what to do.
Result<> check_tables(io::FileSystem& files,
                      TableCache& tables,
                      const std::vector<RelationRow>& rows,
                      const std::map<SinkId, SinkRow>& sinks,
                      bool is_halted = false);

/// Refuses tables of ours that say they lie outside of the warehouse: the data directory was moved
/// or copied, and their files are another's or nobody's.
/// @error kInvalidArgument  names the table, both places and the command that helps.
Result<> check_places(const std::vector<RelationRow>& rows, const std::filesystem::path& warehouse);

/// Looks for the files of every table's current snapshot, at most `files_max`.
/// @error kCorruption  the first missing one.
Result<Verified> verify_tables(io::FileSystem& files,
                               TableCache& tables,
                               const std::vector<RelationRow>& rows,
                               std::size_t files_max);

}  // namespace icelight::catalog::sqlite
