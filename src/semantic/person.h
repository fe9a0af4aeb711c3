#pragma once

#include <string>
#include <vector>

#include "semantic/json_fields.h"
#include "semantic/model.h"

namespace icelight::semantic {

/// The cubes beside Events that know who somebody is: `Users` (one row a person), `Sessions` (a
/// person's events until 30 minutes pass without one), and `Identities` without members, which
/// ties events to people.
///
/// A person is a user id together with the anonymous ids that are tied to it: by an identify event
/// that has both, or by an alias event whose previous id it is. An anonymous id belongs to the
/// first user id that it was tied to, in the order (timestamp, _log_offset); one that was never
/// tied is a person by itself. `Events.userId` stays the raw column.
///
/// @param table   SQL name of the event table.
/// @param fields  of its JSON columns; those of the traits are dimensions of Users.
/// @param events  the cube over it; gets the join to Identities.
std::vector<Cube> make_people_cubes(const std::string& table,
                                    const std::vector<JsonField>& fields,
                                    Cube& events);

}  // namespace icelight::semantic
