#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "catalog/intent.h"
#include "catalog/sink/watermark.h"

namespace icelight::catalog {

/// How far a sink has got, and which commit brought each shard there.
struct SinkProgress {
    Watermark watermark;
    std::map<std::int32_t, std::string> commit_ids;
};

enum class AppendVerdict {
    kAppend,  ///< W == from: it is next.
    kLanded,  ///< W == to by the same commit: an earlier try landed.
};

/// Whether an append may land on top of `progress` (null: nothing was ever committed, W is 0).
///
/// @error kConflict  anything else; the message says where W is.
Result<AppendVerdict> judge_append(const SinkProgress* progress, const AppendIntent& intent);

/// @error kInvalidArgument  an intent that no state of the table could take.
Result<> check_intent(const AppendIntent& intent);

}  // namespace icelight::catalog
