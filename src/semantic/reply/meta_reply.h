#pragma once

#include <string>

#include "semantic/filter/filter.h"
#include "semantic/model.h"

namespace icelight::semantic {

/// The body of /meta: every cube with its shown members, in the client's words.
std::string meta_reply(const Model& model, Dialect dialect);

}  // namespace icelight::semantic
