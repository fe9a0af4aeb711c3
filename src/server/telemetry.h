#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Everything the server says: the log line and the metric of each happening, together.
namespace icelight::server::telemetry {

/// INFO.
void started(const std::string& address, const std::string& settings);
/// ERROR, and a plain line for people: the process ends with status 1.
void cannot_start(const std::string& why);
/// Lines for people: how to make the first write key and token. Nobody needs one yet.
void keys_advised();
/// INFO.
void stopping();
void stopped();
/// WARN. Something did not end in its time; nothing acknowledged is lost.
void stop_cut_short(const char* part, const std::string& why);
/// WARN. Queries are answered with this error; ingest goes on.
void sql_unavailable(const std::string& why);
/// WARN. The operator's cubes could not be held against the tables; queries may fail.
void cubes_unchecked(const std::string& why);
/// WARN. This kernel has no Landlock: the gate, the engine's settings and seccomp stand alone.
void sql_without_landlock();

/// Metrics only: one request's events are on disk. `waited`: from its last byte to that moment.
void accepted(std::size_t stored, std::size_t duplicates, std::chrono::microseconds waited);
/// Metrics only: events that were refused, by the code of their error ("missing_field").
void refused_events(std::string_view code, std::size_t events);
/// Metrics only: a request that was refused whole, by the word of its status ("too_many_requests").
void refused_request(std::string_view code);
/// Metrics only: so many read /api/live now.
void live_readers(std::size_t count);
/// INFO. Rejected events were run again; `stored` and `rejected` is what became of them.
void replayed(std::uint64_t taken, std::uint64_t stored, std::uint64_t rejected);
/// Metrics only: an SDK sent counters about itself; they are not kept.
void sdk_counters_received();
/// WARN, at most when the state changes: new events are refused until there is room again. Empty:
/// room again.
void floor_reached(const std::string& why);

}  // namespace icelight::server::telemetry
