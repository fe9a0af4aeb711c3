#include "catalog/metadata_file.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "io/file_system.h"

namespace icelight::catalog {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

TEST(MetadataFile, VersionIsReadBackFromTheName) {
    for (const std::int64_t version : {0L, 7L, 99'999L, 123'456L}) {
        const std::string location = make_metadata_location("file:///w/t", version);
        EXPECT_TRUE(location.starts_with("file:///w/t/metadata/")) << location;
        const auto name = std::filesystem::path(location).filename().string();
        EXPECT_EQ(find_metadata_version(name), version) << name;
    }
    EXPECT_NE(make_metadata_location("x", 1), make_metadata_location("x", 1));
}

TEST(MetadataFile, ForeignNamesHaveNoVersion) {
    const std::string uuid = "018f4e2a-0000-7000-8000-000000000001";
    for (const std::string& name : {std::string("v3.metadata.json"),
                                    "snap-1-1-" + uuid + ".avro",
                                    "x-" + uuid + ".metadata.json",
                                    "-1-" + uuid + ".metadata.json",
                                    "00001-" + uuid,
                                    std::string("00001.metadata.json"),
                                    std::string("00001-x.metadata.json")}) {
        EXPECT_EQ(find_metadata_version(name), std::nullopt) << name;
    }
}

TEST(MetadataFile, OnlyPlainPlacesBelowTheRootAreInside) {
    EXPECT_THAT(path_inside("/w/a/b", "/w"), IsOk());
    EXPECT_THAT(path_inside("file:///w/a", "/w"), IsOk());
    for (const char* location :
         {"/w", "/w/", "/x/a", "/wa", "w/a", "/w/../etc", "/w/./a", "/w//a", "s3://w/a", ""}) {
        EXPECT_THAT(path_inside(location, "/w"), IsError(ErrorCode::kInvalidArgument)) << location;
    }
}

TEST(MetadataFile, MissingFileIsNamed) {
    const TempDir dir;
    const auto path = dir.path() / "00001-x.metadata.json";
    const auto loaded = load_metadata(io::posix_file_system(), path.string());
    EXPECT_THAT(loaded, IsError(ErrorCode::kNotFound));
    EXPECT_THAT(loaded, HasMessage(path.string()));
}

TEST(MetadataFile, DamagedFileIsCorruptionAndNamed) {
    const TempDir dir;
    const auto path = dir.path() / "00001-x.metadata.json";
    std::ofstream(path) << R"({"format-version": 2, "table-uu)";
    const auto loaded = load_metadata(io::posix_file_system(), path.string());
    EXPECT_THAT(loaded, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(loaded, HasMessage(path.string()));
}

}  // namespace
}  // namespace icelight::catalog
