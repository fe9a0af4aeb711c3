#pragma once

#include <cstddef>
#include <string>

/// What module app says.
namespace icelight::app::telemetry {

/// INFO. Who may do what has changed. `what`: "source added", "token revoked".
void keys_changed(const char* what, const std::string& id);
/// ERROR. The keys in force are those from before; the next change or start reads them again.
void keys_unreadable(const std::string& why);
/// Counted: queries that ended and are not in the history.
void queries_forgotten(std::size_t count);
/// WARN. app.db cannot take the history.
void history_unwritable(const std::string& why);

}  // namespace icelight::app::telemetry
