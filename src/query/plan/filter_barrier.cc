#include "query/plan/filter_barrier.h"

#include <cstdint>
#include <limits>

#include <fmt/format.h>

namespace icelight::query {

std::string behind_barrier(const std::string& source) {
    return fmt::format(
        "SELECT * FROM {} LIMIT {}", source, std::numeric_limits<std::int64_t>::max());
}

}  // namespace icelight::query
