#pragma once

#include <string>

namespace icelight::query {

/// The same rows behind a limit that is never reached: the engine moves the choice of columns
/// through it, and no filter, so that what is below is read whole.
///
/// @param source  what may stand behind FROM.
std::string behind_barrier(const std::string& source);

}  // namespace icelight::query
