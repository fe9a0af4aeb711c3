#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "catalog/table_ident.h"
#include "iceberg/table_metadata.h"

namespace icelight::catalog {

/// A table that the log is carried into. Clients may append to it, evolve, compact and expire it;
/// what the next flush stands on they must leave as it is.
struct SinkTable {
    TableIdent ident;
    std::vector<std::int32_t> kept_field_ids;  ///< May be neither dropped nor retyped.
    std::int32_t offset_field_id = 0;          ///< Of the column that holds log offsets.
};

/// Holds a client's change of `table`, but for its history (sink_halt.h), against the rules of
/// docs/formats/catalog.md, "Sink tables".
/// @error kInvalidArgument  names the rule; nothing may be changed.
Result<> check_sink_change(const SinkTable& table,
                           const iceberg::TableMetadata& base,
                           const iceberg::TableMetadata& changed);

}  // namespace icelight::catalog
