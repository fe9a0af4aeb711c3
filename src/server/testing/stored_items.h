#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace icelight::wal {
class Log;
}

namespace icelight::server::testing {

/// One item of the log: its columns that are not NULL, by name; numbers as decimal text. A reject
/// has the columns of events__rejected.
using StoredItem = std::map<std::string, std::string>;

/// Everything that is durable, in offset order.
std::vector<StoredItem> read_stored_items(const std::filesystem::path& log_directory,
                                          const wal::Log& log);

}  // namespace icelight::server::testing
