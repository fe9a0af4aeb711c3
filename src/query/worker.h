#pragma once

namespace icelight::query {

/// Main of the child process `icelight worker sql`: serves queries on kWorkerSocketFd until the
/// server closes it.
///
/// @return the exit status.
int run_sql_worker();

}  // namespace icelight::query
