#include "catalog/table_cache.h"

#include "catalog/test/fixture.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {
namespace {

class TableCacheTest : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }
};

TEST_F(TableCacheTest, MissingMetadataFileIsNamedWhenTheTableIsLoaded) {
    const std::string location = load().metadata_location;
    std::filesystem::remove(*io::parse_location(location));
    const auto loaded = catalog_->load_table(kEvents);
    EXPECT_THAT(loaded, IsError(ErrorCode::kNotFound));
    EXPECT_THAT(loaded, HasMessage(io::parse_location(location)->string()));
    EXPECT_THAT(commit(make_intent(0, 1)), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
