#pragma once

#include <string>
#include <vector>

#include "base/result.h"

/// Who may do what to which namespace: the one place the catalog's endpoints ask.
namespace icelight::server {

enum class Verb { kRead, kWrite, kAdmin };

/// The caller, as authentication knows it.
struct Principal {
    bool is_admin = false;
};

/// @param space  empty: the catalog as a whole.
/// @error kForbidden  names what is missing.
Result<> may(const Principal& principal, Verb verb, const std::vector<std::string>& space);

}  // namespace icelight::server
