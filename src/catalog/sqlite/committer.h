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

    /// The one place that makes a transaction visible in this process.
    void publish(TableTransaction& tables, std::uint64_t event_watermark);

    /// The same for a transaction that does not move W.
    void publish_tables(TableTransaction& tables) { publish(tables, pins_.next_offset()); }

private:
    Workshop& shop_;
    Writer& writer_;
    PinRegistry& pins_;
};

}  // namespace icelight::catalog::sqlite
