#pragma once

#include <string>

/// Documents derived from event/columns.h. A test compares the committed files with these texts.
namespace icelight::event {

std::string event_schema_json();       ///< contracts/event.schema.json
std::string event_columns_markdown();  ///< docs/event-columns.md

}  // namespace icelight::event
