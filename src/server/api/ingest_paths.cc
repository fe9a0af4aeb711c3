#include "server/api/ingest_paths.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace icelight::server {
namespace {

using event::Path;

struct Name {
    std::string_view name;
    std::string_view route_type;
    Path kind;
};

constexpr std::array kNames = {
    Name{"batch", "", Path::kBatch},
    Name{"track", "track", Path::kSingle},
    Name{"identify", "identify", Path::kSingle},
    Name{"page", "page", Path::kSingle},
    Name{"screen", "screen", Path::kSingle},
    Name{"group", "group", Path::kSingle},
    Name{"alias", "alias", Path::kSingle},
    Name{"merge", "merge", Path::kSingle},
    Name{"import", "", Path::kImport},
    Name{"b", "", Path::kShort},
    Name{"t", "track", Path::kShort},
    Name{"i", "identify", Path::kShort},
    Name{"p", "page", Path::kShort},
    Name{"s", "screen", Path::kShort},
    Name{"g", "group", Path::kShort},
    Name{"a", "alias", Path::kShort},
    // React Native appends /b to whatever its `proxy` is, be it a whole URL already.
    Name{"batch/b", "", Path::kShort},
    Name{"b/b", "", Path::kShort},
};

/// As documented, and as SDKs make it of a base URL that ends in a slash or in /v1.
constexpr std::array<std::string_view, 5> kPrefixes = {"/v1/", "/", "/v1/v1/", "//v1/", "//"};

/// First segments that no SDK's URL has.
constexpr std::array<std::string_view, 8> kOwnSegments = {
    "api", "app", "duckdb", "health", "iceberg", "metrics", "query", "tables"};
constexpr std::array<std::string_view, 9> kSdkSegments = {
    "", "v1", "v2", "batch", "beacon", "import", "pixel", "projects", "sourceConfig"};

std::vector<IngestPath> make_paths() {
    std::vector<IngestPath> paths;
    for (const std::string_view prefix : kPrefixes) {
        for (const Name& name : kNames)
            paths.push_back({std::string(prefix).append(name.name), name.route_type, name.kind});
    }
    for (const char* path : {"/beacon/v1/batch", "//beacon/v1/batch"})
        paths.push_back({path, "", Path::kBeacon});
    return paths;
}

template <std::size_t kCount>
bool holds(const std::array<std::string_view, kCount>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::span<const IngestPath> ingest_paths() {
    static const std::vector<IngestPath> paths = make_paths();
    return paths;
}

const IngestPath* find_ingest_path(std::string_view path) {
    static const auto index = [] {
        std::unordered_map<std::string_view, const IngestPath*> entries;
        for (const IngestPath& entry : ingest_paths())
            entries.emplace(entry.path, &entry);
        return entries;
    }();
    const auto found = index.find(path);
    return found == index.end() ? nullptr : found->second;
}

bool is_sdk_path(std::string_view path) {
    constexpr std::array<std::string_view, 10> kOthers = {"/v1/m",
                                                          "/m",
                                                          "/v1/webhook",
                                                          "/webhook",
                                                          "/sourceConfig",
                                                          "//sourceConfig",
                                                          "/v1/sourceConfig",
                                                          "/rsaMetrics",
                                                          "//rsaMetrics",
                                                          "/cluster-info"};
    return find_ingest_path(path) != nullptr || holds(kOthers, path) ||
           path.starts_with("/pixel/v1/") || path.starts_with("/v1/pixel/") ||
           (path.ends_with("/settings") && path.find("/projects/") != std::string_view::npos);
}

bool is_plausible_sdk_path(http::Method method, std::string_view path) {
    const std::string_view inside = path.substr(path.empty() ? 0 : 1);
    const std::string_view first = inside.substr(0, inside.find('/'));
    if (path.size() > 1 && holds(kSdkSegments, first)) return true;
    if (method != http::Method::kPost || holds(kOwnSegments, first)) return false;
    const std::string_view last = path.substr(path.rfind('/') + 1);
    return std::any_of(
        kNames.begin(), kNames.end(), [last](const Name& name) { return name.name == last; });
}

}  // namespace icelight::server
