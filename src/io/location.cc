#include "io/location.h"

#include "base/check.h"

namespace icelight::io {

std::string file_location(const std::filesystem::path& path) {
    ICE_CHECK(path.is_absolute(), "locations are absolute");
    return "file://" + path.string();
}

Result<std::filesystem::path> parse_location(std::string_view location) {
    std::string_view rest = location;
    if (rest.starts_with("file://")) {
        rest.remove_prefix(7);
    } else if (rest.starts_with("file:")) {
        rest.remove_prefix(5);
    }
    if (!rest.starts_with('/')) {
        return fail(ErrorCode::kInvalidArgument, "not a file location: " + std::string(location));
    }
    std::filesystem::path path(rest);
    for (const auto& part : path) {
        if (part == "..") {
            return fail(ErrorCode::kInvalidArgument,
                        "location with '..': " + std::string(location));
        }
    }
    return path;
}

}  // namespace icelight::io
