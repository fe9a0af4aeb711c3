#include "server/api/iceberg/access.h"

#include <fmt/format.h>

namespace icelight::server {

Result<> may(const Principal& principal, Verb verb, const std::vector<std::string>& space) {
    if (principal.is_admin || verb != Verb::kAdmin) return {};
    return fail(ErrorCode::kForbidden,
                fmt::format("only an admin may do this to {}", fmt::join(space, ".")));
}

}  // namespace icelight::server
