#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// A warehouse that lies elsewhere than its files say.
struct Relocation {
    std::filesystem::path from;  ///< The warehouse that locations name.
    std::filesystem::path to;    ///< Where it is.
};

/// Where the metadata says a warehouse was: what is left of a table's metadata location
/// "<warehouse>/<levels>/<name>…/metadata/<file>" without the table's own part.
/// @error kUnsupported  the table does not lie like that.
Result<std::filesystem::path> warehouse_of(const catalog::TableIdent& ident,
                                           const std::string& metadata_location);

/// `location` with the old warehouse's path replaced; one outside of it stays.
std::string relocate(const std::string& location, const Relocation& move);

/// Writes metadata, manifest lists and manifests of the table anew with their locations below
/// `move.to`, synced; data files and the former metadata stay as they are. History is kept, the log
/// of former metadata files begins anew.
/// @return the location of the new metadata file.
/// @error kUnsupported  the table has position deletes, whose files hold paths, or another format
///   version than 2; kNotFound, kCorruption: a file cannot be read; kIo, kUnavailable: the disk.
///   Files that were written stay: nothing reaches them.
Result<std::string> relocate_table(io::FileSystem& files,
                                   const std::string& metadata_location,
                                   const Relocation& move);

}  // namespace icelight::lake
