#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/result.h"
#include "catalog/commit_queue.h"
#include "catalog/sqlite/table_transaction.h"

namespace icelight::catalog::sqlite {

/// Appends that share a transaction, in the order they came: each lands on top of those before
/// it, or is answered alone and leaves no trace.
///
/// Thread safety: none; the catalog thread's.
class AppendGroup {
public:
    AppendGroup(Workshop& shop, const std::vector<QueuedAppend>& appends)
        : shop_(shop), appends_(appends), answers_(appends.size()), tables_(shop) {}

    /// Reads W, plans, writes every file, changes the rows.
    /// @return whether there is something to commit.
    /// @error kIo  a file or row could not be written; no append may land.
    Result<bool> build(Connection& connection);

    /// Per append: what became of it, `outcome` being what became of the transaction.
    std::vector<Result<Committed>> answers(const Result<bool>& outcome) const;

    std::size_t landing_count() const { return landing_count_; }

    /// W of the event sink's shard 0 as the group leaves it.
    std::uint64_t event_watermark() const;

    TableTransaction& tables() { return tables_; }

private:
    Result<Committed> add(Connection& connection, const AppendIntent& intent);
    Result<> store_rows(Connection& connection);

    Workshop& shop_;
    const std::vector<QueuedAppend>& appends_;
    std::vector<std::optional<Result<Committed>>> answers_;  ///< Of build(), if COMMIT succeeds.
    std::vector<bool> is_landing_;
    TableTransaction tables_;
    std::map<SinkId, SinkRow> sinks_;
    std::size_t landing_count_ = 0;
    std::size_t first_landing_ = SIZE_MAX;
};

}  // namespace icelight::catalog::sqlite
