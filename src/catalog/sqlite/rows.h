#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sink/contiguity.h"
#include "catalog/sqlite/connection.h"
#include "catalog/sqlite/relation_rows.h"

/// The rows of catalog.db as values. Every function runs in the caller's transaction, if any.
/// Errors are those of Connection.
namespace icelight::catalog::sqlite {

/// Levels joined by 0x1F, as stored. Empty: the top level.
std::string encode_space(const std::vector<std::string>& levels);
std::vector<std::string> decode_space(const std::string& text);

struct SinkRow {
    SinkProgress progress;
    std::uint64_t offsets_gone = 0;
};

Result<bool> has_namespace(Connection& connection, const std::vector<std::string>& levels);
/// @error kNotFound  the namespace does not exist.
Result<> require_namespace(Connection& connection, const std::vector<std::string>& levels);
Result<std::vector<std::string>> load_namespaces(Connection& connection);
Result<std::map<std::string, std::string>> load_properties(Connection& connection,
                                                           const std::string& space);
Result<> insert_namespace(Connection& connection, const Namespace& space);
/// Whether it holds neither tables nor namespaces.
Result<bool> is_namespace_empty(Connection& connection, const std::vector<std::string>& levels);
/// Replaces all properties.
Result<> store_properties(Connection& connection,
                          const std::string& space,
                          const std::map<std::string, std::string>& properties);
Result<> remove_namespace(Connection& connection, const std::string& space);

Result<std::map<SinkId, SinkRow>> load_sinks(Connection& connection);
Result<> store_sink(Connection& connection, SinkId sink, const Uuid& log_uuid);
Result<> store_watermark(Connection& connection,
                         SinkId sink,
                         std::int32_t shard,
                         std::uint64_t next_offset,
                         const std::string& commit_id);

Result<> store_journal(Connection& connection, const Journal& journal);
Result<> remove_journal(Connection& connection, const Uuid& commit_id);
Result<std::vector<Journal>> load_journals(Connection& connection);

/// Every view's metadata file.
Result<std::vector<std::string>> load_view_locations(Connection& connection);

/// Where dropped tables lay whose files are to go.
Result<std::vector<std::string>> load_purges(Connection& connection);
Result<> store_purge(Connection& connection, const std::string& location);
Result<> remove_purge(Connection& connection, const std::string& location);

/// Everything the file says about tables, sinks and journals.
struct Contents {
    std::vector<RelationRow> tables;
    std::map<SinkId, SinkRow> sinks;
    std::vector<Journal> journals;
    std::vector<std::string> view_locations;
    std::vector<std::string> purges;
};

Result<Contents> load_contents(Connection& connection);

/// The token of the last transaction; see Writer.
Result<std::string> load_token(Connection& connection);
Result<> store_token(Connection& connection, const std::string& token);

}  // namespace icelight::catalog::sqlite
