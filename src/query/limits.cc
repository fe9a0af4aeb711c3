#include "query/limits.h"

#include <fmt/format.h>

namespace icelight::query {

tl::unexpected<Error> fail_limit(std::string_view name,
                                 std::string_view what,
                                 std::uint64_t max,
                                 std::string_view unit) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("this token may have {} {} {} at most ({}): ask for less, or with a "
                            "token that may have more",
                            what,
                            max,
                            unit,
                            name));
}

tl::unexpected<Error> fail_memory_limit(const Limits& limits) {
    return fail_limit(
        "max_memory_bytes", "queries that take", limits.memory_bytes_max, "bytes of memory");
}

}  // namespace icelight::query
