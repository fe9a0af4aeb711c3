#pragma once

#include <cstdint>

#include "base/result.h"
#include "catalog/sqlite/table_transaction.h"
#include "catalog/sqlite/writer.h"

namespace icelight::catalog::sqlite {

/// Which log a sink carries, and from where on.
struct Adoption {
    SinkId sink = kEventSink;
    Uuid log_uuid;
    std::uint64_t next_offset = 0;
};

/// One transaction on the catalog thread; also renews the tables' copies of W. They are in `tables`
/// for the caller to publish. Errors as Catalog::adopt_log(), and those of Writer::transact().
Result<> adopt_log(TableTransaction& tables,
                   const Clock& clock,
                   Writer& writer,
                   const Adoption& adoption);

}  // namespace icelight::catalog::sqlite
