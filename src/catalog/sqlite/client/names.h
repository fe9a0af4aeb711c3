#pragma once

#include <string>

#include "base/result.h"

namespace icelight::catalog::sqlite {

/// Levels and names become folder names: 1 to 200 bytes, no '/', no control characters.
/// @error kInvalidArgument
Result<> check_name(const std::string& name);

}  // namespace icelight::catalog::sqlite
