#include "base/result.h"

namespace icelight {

std::string_view error_code_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return "invalid_argument";
        case ErrorCode::kUnauthenticated:
            return "unauthenticated";
        case ErrorCode::kForbidden:
            return "forbidden";
        case ErrorCode::kNotFound:
            return "not_found";
        case ErrorCode::kAlreadyExists:
            return "already_exists";
        case ErrorCode::kConflict:
            return "conflict";
        case ErrorCode::kTooLarge:
            return "too_large";
        case ErrorCode::kOverloaded:
            return "overloaded";
        case ErrorCode::kUnavailable:
            return "unavailable";
        case ErrorCode::kTimeout:
            return "timeout";
        case ErrorCode::kShuttingDown:
            return "shutting_down";
        case ErrorCode::kCommitStateUnknown:
            return "commit_state_unknown";
        case ErrorCode::kCorruption:
            return "corruption";
        case ErrorCode::kIo:
            return "io";
        case ErrorCode::kUnsupported:
            return "unsupported";
    }
    return "unknown";
}

}  // namespace icelight
