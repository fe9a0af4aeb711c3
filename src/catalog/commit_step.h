#pragma once

#include <functional>

#include "base/result.h"

namespace icelight::catalog {

/// The steps of a commit and of a removal; between any two the process may die.
enum class CommitStep {
    kListsStored,     ///< Manifest lists written and synced.
    kMetadataStored,  ///< Metadata files and their directories synced.
    kSqlCommit,       ///< About to COMMIT.
    kSqlCommitted,    ///< COMMIT returned; nothing published yet.
    kPublished,       ///< Visible in this process; the caller has no answer yet.
    kFileRemoved,     ///< One of the files of a removal is gone.
};

/// Called at each step in tests; an error stands for the I/O of that step having failed.
using StepHook = std::function<Result<>(CommitStep)>;

}  // namespace icelight::catalog
