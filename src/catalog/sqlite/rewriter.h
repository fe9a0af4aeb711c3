#pragma once

#include <cstddef>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/rewrite.h"
#include "catalog/sqlite/table_transaction.h"
#include "catalog/sqlite/writer.h"

/// The catalog's part of upkeep: changes of our own, and deleting what nothing reaches. Catalog
/// thread only, but for load_state().
namespace icelight::catalog::sqlite {

/// Applies `intent` to the table as it is now; the caller publishes `tables`.
/// @return whether something was committed.
/// @error kCommitStateUnknown  it may have been; others: nothing was, and no file of it is left.
Result<bool> rewrite_table(Workshop& shop,
                           Writer& writer,
                           TableTransaction& tables,
                           const RewriteIntent& intent);

/// See Catalog::remove_files().
Result<std::size_t> remove_files(Workshop& shop, Writer& writer, const FileRemoval& removal);

/// Runs in the caller's read transaction.
Result<CatalogState> load_state(Connection& connection);

}  // namespace icelight::catalog::sqlite
