#include "server/api/ingest_paths.h"

#include <gtest/gtest.h>

namespace icelight::server {
namespace {

using event::Path;
using http::Method;

TEST(IngestPaths, EveryUrlOfTheSdksIsThere) {
    const auto expect = [](std::string_view path, std::string_view type, Path kind) {
        const IngestPath* found = find_ingest_path(path);
        ASSERT_NE(found, nullptr) << path;
        EXPECT_EQ(found->route_type, type) << path;
        EXPECT_EQ(found->kind, kind) << path;
    };
    for (const std::string prefix : {"/v1", "", "/v1/v1", "//v1", "/"}) {
        for (const std::string type :
             {"track", "identify", "page", "screen", "group", "alias", "merge"}) {
            expect(prefix + "/" + type, type, Path::kSingle);
            if (type != "merge") expect(prefix + "/" + type[0], type, Path::kShort);
        }
        expect(prefix + "/batch", "", Path::kBatch);
        expect(prefix + "/import", "", Path::kImport);
        expect(prefix + "/b", "", Path::kShort);
        expect(prefix + "/batch/b", "", Path::kShort);
        expect(prefix + "/b/b", "", Path::kShort);
    }
    expect("/beacon/v1/batch", "", Path::kBeacon);
}

TEST(IngestPaths, OnlyWholePathsAreFound) {
    for (const char* path : {"/v1/batch/", "/v1", "/", "", "/v1/m", "/V1/batch", "/v1/batchx"})
        EXPECT_EQ(find_ingest_path(path), nullptr) << path;
}

TEST(SdkPaths, AreThoseThatBrowsersCallFromOtherOrigins) {
    for (const char* path : {"/v1/batch",
                             "/beacon/v1/batch",
                             "/v1/m",
                             "/sourceConfig",
                             "/v1/projects/k/settings",
                             "/projects/k/settings",
                             "/pixel/v1/track",
                             "/v1/pixel/page",
                             "/rsaMetrics"})
        EXPECT_TRUE(is_sdk_path(path)) << path;
    for (const char* path : {"/query", "/tables/a", "/iceberg/v1/config", "/", "/api/sources"})
        EXPECT_FALSE(is_sdk_path(path)) << path;
}

TEST(PlausibleSdkPaths, AreWhatAWrongBaseUrlLeadsTo) {
    for (const char* path :
         {"/v1/nothing", "/v2/batch", "//x", "/projects/k", "/beacon", "/collect/v1/batch", "/x/t"})
        EXPECT_TRUE(is_plausible_sdk_path(Method::kPost, path)) << path;
    EXPECT_TRUE(is_plausible_sdk_path(Method::kGet, "/v1/projects/k"));
    for (const char* path : {"/", "/robots.txt", "/transform", "/tables/batch", "/api/batch"})
        EXPECT_FALSE(is_plausible_sdk_path(Method::kPost, path)) << path;
    EXPECT_FALSE(is_plausible_sdk_path(Method::kGet, "/x/t"));
}

}  // namespace
}  // namespace icelight::server
