#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "query/worker/worker_client.h"

/// Everything the query service says: the log line and the metric of each happening, together.
namespace icelight::query::telemetry {

/// DEBUG, with the latency histogram by outcome ("ok", or the error code's name).
void answered(const Result<>& outcome, std::chrono::microseconds took);
/// Counted: the gate refused a statement.
void refused();
/// Counted: a question that may be answered from before, and whether it was.
void cache_asked(bool is_hit);
/// Counted, by kind: a worker was taken to run a query. One that needs the iceberg extension counts
/// for both kinds: the plain worker found that out.
void worker_taken(WorkerKind kind);
/// INFO. A worker passed its self-test.
void worker_ready(WorkerKind kind, std::size_t number, std::chrono::milliseconds took);
/// ERROR. A worker cannot serve, and so SQL may be off.
void worker_unfit(const std::string& reason);
/// WARN. A worker ended by itself, idle or while it ran a query.
void worker_crashed(const std::string& how);
/// WARN. A worker did not stop at a deadline or cancel and was killed.
void worker_killed();
/// DEBUG. A worker was replaced: resident memory, or an internal error.
void worker_recycled(const char* why);

/// WARN, counted by `why` ("host", "password", "malformed", "busy"): the relay did not serve a
/// worker's connection.
void relay_refused(const char* why, std::string_view what);
/// WARN, counted. A host of an external catalog was not reached.
void relay_failed(const std::string& target, const std::string& error);
void relay_connections(int change);

void active_queries(std::size_t count);
void queue_depth(std::size_t count);

}  // namespace icelight::query::telemetry
