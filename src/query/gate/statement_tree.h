#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/gate/gate.h"

namespace icelight::query {

/// Checks the tree that json_serialize_sql makes of a text.
///
/// CTE names are known only where SQL says so: in the query that declares them, after their own
/// declaration, and in a recursive CTE's second half. A name out of scope is a table's.
/// Pure.
/// @param sql  the text that the tree was made from, for the places of what is refused.
/// @param externals  names of external catalogs, lower case.
/// @error kInvalidArgument  refused; without prefix.
Result<Statement> check_tree(std::string_view tree_json,
                             std::string_view sql,
                             const std::vector<std::string>& externals = {});

}  // namespace icelight::query
