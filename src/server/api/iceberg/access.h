#pragma once

#include <string>
#include <vector>

#include "app/token.h"
#include "base/result.h"

/// Who may do what to which namespace: the one place the catalog's endpoints ask.
namespace icelight::server {

enum class Verb { kRead, kWrite };

/// @error kForbidden  names what is missing.
Result<> may(const app::Token& caller, Verb verb, const std::vector<std::string>& space);

}  // namespace icelight::server
