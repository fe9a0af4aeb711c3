#include "catalog/metadata_file.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/ids.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::catalog {

namespace {

constexpr std::string_view kSuffix = ".metadata.json";

Uuid make_uuid_random() {
    Uuid uuid;
    fill_random(uuid.bytes.data(), uuid.bytes.size());
    uuid.bytes[6] = static_cast<unsigned char>((uuid.bytes[6] & 0x0f) | 0x40);
    uuid.bytes[8] = static_cast<unsigned char>((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

}  // namespace

std::string make_metadata_location(const std::string& table_location, std::int64_t version) {
    return make_metadata_location_in(table_location + "/metadata", version);
}

std::string make_metadata_location_in(const std::string& folder, std::int64_t version) {
    return fmt::format("{}/{:05}-{}{}", folder, version, make_uuid_random().text(), kSuffix);
}

std::optional<std::int64_t> find_metadata_version(std::string_view file_name) {
    if (!file_name.ends_with(kSuffix)) return std::nullopt;
    file_name.remove_suffix(kSuffix.size());
    const std::size_t dash = file_name.find('-');
    if (dash == std::string_view::npos || !find_uuid(file_name.substr(dash + 1))) {
        return std::nullopt;
    }
    std::int64_t version = 0;
    const char* end = file_name.data() + dash;
    const auto [stopped, error] = std::from_chars(file_name.data(), end, version);
    if (error != std::errc{} || stopped != end || version < 0) return std::nullopt;
    return version;
}

Result<std::filesystem::path> path_of(const std::string& location) {
    return io::parse_location(location);
}

Result<std::filesystem::path> path_inside(const std::string& location,
                                          const std::filesystem::path& root) {
    ICE_ASSIGN(auto path, path_of(location));
    const auto [root_end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
    const bool is_below = root_end == root.end() && rest != path.end() && !rest->empty();
    if (is_below && path.is_absolute() && path.native() == path.lexically_normal().native()) {
        return path;
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not a place inside {}", location, root.string()));
}

Result<> require_metadata(io::FileSystem& files, const std::string& location) {
    ICE_ASSIGN(const auto path, path_of(location));
    ICE_ASSIGN(const bool is_there, files.exists(path));
    if (is_there) return {};
    return fail(
        ErrorCode::kNotFound,
        fmt::format("metadata file {} is missing; restore it, or the data directory, from a "
                    "backup",
                    path.string()));
}

Result<std::shared_ptr<const iceberg::TableMetadata>> load_metadata(io::FileSystem& files,
                                                                    const std::string& location) {
    ICE_TRY(require_metadata(files, location));
    ICE_ASSIGN(const auto path, path_of(location));
    ICE_ASSIGN(const std::string json, files.read_file(path, kMetadataBytesMax));
    auto metadata = iceberg::parse_table_metadata(json);
    if (metadata) return std::make_shared<const iceberg::TableMetadata>(std::move(*metadata));
    return fail(ErrorCode::kCorruption,
                fmt::format("metadata file {} does not parse ({}); restore it from a backup",
                            path.string(),
                            metadata.error().message));
}

}  // namespace icelight::catalog
