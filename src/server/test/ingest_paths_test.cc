#include "server/api/ingest_paths.h"

#include <gtest/gtest.h>

namespace icelight::server {
namespace {

TEST(IngestPaths, EveryPathIsThereWithAndWithoutItsVersion) {
    for (const auto& path : ingest_paths()) {
        const std::string text(path.path);
        const std::string twin = text.starts_with("/v1/") ? text.substr(3) : "/v1" + text;
        const IngestPath* found = find_ingest_path(twin);
        ASSERT_NE(found, nullptr) << twin;
        EXPECT_EQ(found->route_type, path.route_type);
        EXPECT_EQ(found->kind, path.kind);
    }
}

TEST(IngestPaths, OnlyWholePathsAreFound) {
    EXPECT_NE(find_ingest_path("/v1/batch"), nullptr);
    EXPECT_EQ(find_ingest_path("/v1/batch/"), nullptr);
    EXPECT_EQ(find_ingest_path("/v1"), nullptr);
}

}  // namespace
}  // namespace icelight::server
