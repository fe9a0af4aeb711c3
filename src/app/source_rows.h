#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/secret.h"
#include "app/source.h"
#include "base/result.h"
#include "io/sqlite/connection.h"

/// The tables `sources` and `write_keys` as values. Every function runs in the caller's
/// transaction; errors are those of the connection, and kCorruption for rows nobody could have
/// written.
namespace icelight::app {

using io::sqlite::Connection;

Result<std::vector<Source>> load_sources(Connection& connection);  ///< By id.
Result<std::optional<Source>> load_source(Connection& connection, const std::string& id);
/// Adds it, or replaces the one of that id.
Result<> store_source(Connection& connection, const Source& source);

struct StoredKey {
    WriteKey key;
    SecretHash hash{};
};

Result<std::vector<StoredKey>> load_write_keys(Connection& connection);  ///< By source, by age.
Result<> insert_write_key(Connection& connection, const StoredKey& stored);
/// Keys of the source that are valid beyond `at_us` end then.
Result<> expire_write_keys(Connection& connection, const std::string& source_id, TimestampUs at_us);
/// Deletes the source's keys whose time is over.
Result<> delete_expired_keys(Connection& connection,
                             const std::string& source_id,
                             TimestampUs now_us);

/// Lines of a text column and back.
std::string join_lines(const std::vector<std::string>& lines);
std::vector<std::string> split_lines(const std::string& text);

Result<SecretHash> decode_hash(const std::string& text);

}  // namespace icelight::app
