#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace icelight::query {

/// A moment of the tables' past: one of the two is set.
struct AsOf {
    std::optional<std::int64_t> snapshot_id;
    std::optional<std::int64_t> timestamp_ms;  ///< Since 1970-01-01.

    bool operator==(const AsOf&) const = default;
};

/// "snapshot 123", "1700000000000 ms": differs for different moments.
inline std::string as_of_text(const AsOf& as_of) {
    if (as_of.snapshot_id) return "snapshot " + std::to_string(*as_of.snapshot_id);
    return std::to_string(as_of.timestamp_ms.value_or(0)) + " ms";
}

}  // namespace icelight::query
