#pragma once

#include <string_view>

#include "base/result.h"

namespace icelight::engine {

/// What an engine message, which begins with its kind ("Binder Error: ..."), asks of the caller.
struct ErrorKind {
    ErrorCode code = ErrorCode::kIo;
    bool is_fatal = false;  ///< A bug in the engine: its process can no longer be trusted.
};

ErrorKind find_error_kind(std::string_view message);

}  // namespace icelight::engine
