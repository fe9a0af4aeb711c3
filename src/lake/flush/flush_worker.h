#pragma once

#include "lake/flush/row_feed.h"

namespace icelight::lake {

/// Main of the child process `icelight worker lake`: answers the questions of
/// lake/flush/flush_protocol.h on descriptor 3 until the server closes it or dies.
///
/// Caps its own memory (RLIMIT_DATA). Keeps its engine and buffers between flushes.
/// @param on_row  for tests.
/// @return the exit status: 0 the server is gone; 1 it could not start or must be replaced.
int run_lake_worker(RowHook on_row = {});

}  // namespace icelight::lake
