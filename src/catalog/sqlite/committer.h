#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/commit_queue.h"
#include "catalog/pins.h"
#include "catalog/sqlite/table_transaction.h"
#include "catalog/sqlite/writer.h"
#include "catalog/table_commit.h"

namespace icelight::catalog::sqlite {

/// Turns intents into transactions: docs/formats/catalog.md, "A commit".
///
/// Thread safety: none; the catalog thread's. Lifetime: what it is made of outlives it.
class Committer {
public:
    Committer(Workshop& shop, Writer& writer, PinRegistry& pins)
        : shop_(shop), writer_(writer), pins_(pins) {}

    /// Lands those of `appends` whose turn it is, in one transaction, and answers all of them.
    void commit_appends(std::vector<QueuedAppend> appends);

    /// @error kConflict  a requirement failed; kNotFound; kInvalidArgument: an update that cannot
    ///   be applied. Nothing was changed.
    Result<LoadedTable> commit_table(const TableCommit& commit);

    /// The one place that makes a transaction visible in this process.
    void publish(TableTransaction& tables, std::uint64_t event_watermark);

private:
    Workshop& shop_;
    Writer& writer_;
    PinRegistry& pins_;
};

}  // namespace icelight::catalog::sqlite
