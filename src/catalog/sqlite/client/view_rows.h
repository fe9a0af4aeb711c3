#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite/connection.h"
#include "catalog/sqlite/rows.h"

/// Views in catalog.db: rows like tables', of another noun. Every function runs in the caller's
/// transaction, if any. Errors are those of Connection.
namespace icelight::catalog::sqlite {

/// table_uuid is the view's.
using ViewRow = TableRow;

Result<std::optional<ViewRow>> find_view(Connection& connection, const TableIdent& ident);
/// By name.
Result<std::vector<ViewRow>> load_views(Connection& connection,
                                        const std::vector<std::string>& space);
Result<> insert_view(Connection& connection, const ViewRow& row);
/// Of a view that is there: in the commit queue nobody else changes it.
Result<> store_view(Connection& connection, const ViewRow& row);
/// @return false: it was not there.
Result<bool> remove_view(Connection& connection, const TableIdent& ident);

}  // namespace icelight::catalog::sqlite
