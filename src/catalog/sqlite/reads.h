#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/relation_rows.h"

/// What readers ask of catalog.db, each in one read transaction of the caller's. Errors are those
/// of Catalog's members of like names.
namespace icelight::catalog::sqlite {

Result<std::vector<Namespace>> list_children(Connection& connection,
                                             const std::vector<std::string>& parent);
Result<Namespace> load_namespace(Connection& connection, std::vector<std::string> levels);
/// Names of the tables, or of the views, of a namespace that must exist.
Result<std::vector<TableIdent>> list_members(Connection& connection,
                                             Relation relation,
                                             const std::vector<std::string>& space);
Result<ReadPoint> load_read_point(Connection& connection, std::vector<TableIdent> idents);

}  // namespace icelight::catalog::sqlite
