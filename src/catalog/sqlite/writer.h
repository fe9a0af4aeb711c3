#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/commit_step.h"
#include "catalog/sqlite/connection.h"

namespace icelight::catalog::sqlite {

/// The one connection that changes catalog.db, and the rule for a COMMIT that fails.
///
/// Every transaction leaves its own token in `meta`. When COMMIT returns an error its frames may
/// be in the write-ahead log or not, and if they are, not necessarily on disk. A fresh connection
/// then reads the token:
/// * ours: it landed; a checkpoint brings it from memory into the synced database file.
/// * another: it did not land, but its frames may lie behind the log's end, where a recovery
///   after a crash could find them. A transaction of a new token takes their place.
/// Until one of the two has succeeded the outcome is unknown.
///
/// Thread safety: none; the catalog thread's.
class Writer {
public:
    /// Runs inside the transaction. @return whether to commit; false and errors roll back.
    using Change = std::function<Result<bool>(Connection&)>;

    Writer(ConnectionOptions options, StepHook step_hook)
        : options_(std::move(options)), step_hook_(std::move(step_hook)) {}

    /// @return true: committed; false: `change` did not want to.
    /// @error kCommitStateUnknown  it, or one before it, may have been applied.
    /// @error others  nothing was changed.
    Result<bool> transact(const Change& change);

private:
    Result<> ensure_open();
    /// An error with doubt_ set is COMMIT's; any other changed nothing.
    Result<bool> attempt(const Change& change, const std::string& token);
    /// Ends the doubt about `doubt_`. @return whether that transaction landed.
    Result<bool> settle();

    // constant after construction
    const ConnectionOptions options_;
    const StepHook step_hook_;
    // catalog thread only
    Connection connection_;
    std::optional<std::string> doubt_;  ///< Token of a transaction whose outcome is unknown.
};

}  // namespace icelight::catalog::sqlite
