#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "lake/flush/flush_index.h"
#include "lake/flush/log_rows.h"
#include "lake/flush/row_feed.h"

namespace icelight::lake {

/// What goes into events__rejected, by day, each day by offset: the rejects of the log, its poison,
/// and rows and rejects that cannot be decoded.
std::map<std::int32_t, std::vector<RejectItem>> make_reject_list(const LogRows& rows,
                                                                 const FlushIndex& index);

}  // namespace icelight::lake
