#pragma once

#include "query/worker/fences.h"

namespace icelight::query {

/// Main of the child process `icelight worker sql`: serves queries on kWorkerSocketFd until the
/// server closes it.
///
/// @param fences  all of them but in the tests of each.
/// @return the exit status.
int run_sql_worker(const Fences& fences = {});

}  // namespace icelight::query
