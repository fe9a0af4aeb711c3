#pragma once

#include <vector>

#include "catalog/table_ident.h"
#include "iceberg/table_requirement.h"
#include "iceberg/table_update.h"

namespace icelight::catalog {

/// A change of one table as the Iceberg REST protocol says it: if all requirements hold for the
/// current metadata, all updates are applied.
struct TableCommit {
    TableIdent table;
    std::vector<iceberg::TableRequirement> requirements;
    std::vector<iceberg::TableUpdate> updates;
};

}  // namespace icelight::catalog
