#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite/connection.h"
#include "catalog/table_ident.h"

/// Tables and views in catalog.db: rows of one shape. Every function runs in the caller's
/// transaction, if any. Errors are those of Connection.
namespace icelight::catalog::sqlite {

enum class Relation : std::uint8_t { kTable, kView };

struct RelationRow {
    TableIdent ident;
    std::string uuid;
    std::string metadata_location;
    std::int64_t version = 0;  ///< The number in the metadata file's name.
};

Result<std::optional<RelationRow>> find_relation(Connection& connection,
                                                 Relation relation,
                                                 const TableIdent& ident);
/// All of them, by namespace and name.
Result<std::vector<RelationRow>> load_relations(Connection& connection, Relation relation);
/// Those of one namespace, by name.
Result<std::vector<TableIdent>> list_relations(Connection& connection,
                                               Relation relation,
                                               const std::vector<std::string>& space);
Result<> insert_relation(Connection& connection, Relation relation, const RelationRow& row);
/// @error kConflict  it is gone or its location is not `expected_location`.
Result<> swap_relation(Connection& connection,
                       Relation relation,
                       const RelationRow& row,
                       const std::string& expected_location);
/// @return false: it was not there.
Result<bool> remove_relation(Connection& connection, Relation relation, const TableIdent& ident);

}  // namespace icelight::catalog::sqlite
