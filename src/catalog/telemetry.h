#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

/// Everything the catalog says: the log line and the metric of each happening, together.
namespace icelight::catalog::telemetry {

/// INFO. `tables` and `unfinished` journals found at start.
void opened(const std::string& database, std::size_t tables, std::size_t unfinished);
/// INFO, once per journal cleaned at start or on request.
void journal_discarded(const std::string& commit_id, std::size_t files_deleted);
/// WARN: files of unfinished commits stay, since a table reaches one or that cannot be told.
void journals_kept(std::size_t journals, const std::string& reason);

/// DEBUG. One SQLite transaction holding `intents` folded intents.
void committed(std::size_t intents, std::uint64_t watermark, std::chrono::microseconds took);
/// WARN. An intent was refused because W or the log is another one.
void conflicted(const std::string& reason);
/// ERROR. Written but refused for certain; nothing changed.
void commit_failed(const std::string& reason);
/// ERROR. COMMIT returned an error; the outcome is being asked for.
void outcome_unknown(const std::string& reason);
/// INFO. The doubt ended: every later commit knows what is there.
void outcome_settled(bool has_landed);
/// DEBUG. A foreign or administrative change landed.
void changed(const char* what, const std::string& name);

void queue_depth(std::size_t intents);
void watermark(std::uint64_t next_offset);

/// A sink carries nothing more: somebody took rows of the log out of its table.
void halted(const std::string& table, const std::string& reason, std::uint64_t kept_below);

}  // namespace icelight::catalog::telemetry
