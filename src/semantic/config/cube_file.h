#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "semantic/json_fields.h"
#include "semantic/model.h"

/// What the operator writes about cubes (docs/cubes.md), read but not yet checked against others.
namespace icelight::semantic {

/// A cube as written: its SQL still has references in braces.
struct CubeEntry {
    Cube cube;
    bool is_addition = false;  ///< Without rows of its own: adds to the cube of that name.
    std::string file;
    int line = 1;
    std::map<std::string, int> lines;  ///< Of members and joins, by name; of "join Users".
    std::map<std::string, std::string> measure_texts;  ///< Of type `number`, with references.

    int line_of(const std::string& member) const;
};

/// The JSON fields of the cube Events.
struct FieldsEntry {
    bool replaces = false;  ///< The default fields; else they stay, but for those of the same name.
    std::vector<JsonField> fields;
    std::vector<int> lines;  ///< Of each.
    std::string file;
};

struct CubeFile {
    FieldsEntry fields;
    std::vector<CubeEntry> cubes;
};

/// Reads {events: {mode, properties, traits, context}, cubes: [...]}.
///
/// @param file  its name, for messages.
/// @error kInvalidArgument  "file:line: ...", with the nearest name where one is wrong.
Result<CubeFile> parse_cube_file(std::string_view text, std::string_view file);

/// A letter, then letters, digits and _.
bool is_identifier(std::string_view name);

}  // namespace icelight::semantic
