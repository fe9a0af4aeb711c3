#include "server/api/iceberg/access.h"

#include <fmt/format.h>

namespace icelight::server {

Result<> may(const app::Token& caller, Verb verb, const std::vector<std::string>& space) {
    const std::string name = fmt::format("{}", fmt::join(space, "."));
    const bool is_read = verb == Verb::kRead;
    if (is_read ? caller.may_read(name) : caller.may_write(name)) return {};
    return fail(
        ErrorCode::kForbidden,
        fmt::format("this token may not {} namespace {}", is_read ? "read" : "change", name));
}

}  // namespace icelight::server
