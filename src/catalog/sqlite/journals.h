#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/connection.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::catalog::sqlite {

/// Deletes the files of journals whose commit did not land.
///
/// A journal of which a table (any snapshot) reaches a file is left whole. Files already gone are
/// no error, so it can be done again. Thread safety: none; the catalog thread's.
class JournalCleaning {
public:
    JournalCleaning(io::FileSystem& files, std::filesystem::path warehouse)
        : files_(files), warehouse_(std::move(warehouse)) {}

    /// @error kInvalidArgument  not absolute, not in normal form or not under the warehouse.
    Result<> check_path(const std::string& text) const;

    /// Deletes the files, then the rows (the caller commits).
    /// @return how many journals went; the others are protected, or nobody could tell.
    Result<std::size_t> clean(Connection& connection,
                              const std::vector<Journal>& journals,
                              const std::vector<LoadedTable>& tables) const;

private:
    /// Per index of a protected journal the file that a table reaches.
    Result<std::map<std::size_t, std::string>> find_protected(
        const std::vector<Journal>& journals, const std::vector<LoadedTable>& tables) const;
    /// @return how many files were there to delete.
    Result<std::size_t> delete_files(const Journal& journal) const;

    io::FileSystem& files_;
    const std::filesystem::path warehouse_;
};

}  // namespace icelight::catalog::sqlite
