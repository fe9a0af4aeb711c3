#include "catalog/sqlite/changes.h"

#include "catalog/test/fixture.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {
namespace {

class ChangesTest : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }
};

TEST_F(ChangesTest, NamespacesAreListedLevelByLevel) {
    ASSERT_THAT(catalog_->create_namespace({{"b"}, {}}), IsOk());
    ASSERT_THAT(catalog_->create_namespace({{"b", "x"}, {}}), IsOk());
    ASSERT_THAT(catalog_->create_namespace({{"b", "x", "y"}, {}}), IsOk());
    const auto top = catalog_->list_namespaces({});
    ASSERT_THAT(top, IsOk());
    ASSERT_EQ(top->size(), 2U);
    EXPECT_EQ(top->front().levels, std::vector<std::string>{"analytics"});
    EXPECT_EQ(top->front().properties.at("owner"), "us");
    const auto below = catalog_->list_namespaces({"b"});
    ASSERT_THAT(below, IsOk());
    ASSERT_EQ(below->size(), 1U);
    EXPECT_EQ(below->front().levels, (std::vector<std::string>{"b", "x"}));
    EXPECT_THAT(catalog_->list_namespaces({"nope"}), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(catalog_->load_namespace({"nope"}), IsError(ErrorCode::kNotFound));
}

TEST_F(ChangesTest, NamespacesAreRefusedWithTheReason) {
    EXPECT_THAT(catalog_->create_namespace({{"analytics"}, {}}),
                IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(catalog_->create_namespace({{"no", "parent"}, {}}), IsError(ErrorCode::kNotFound));
    for (const char* name : {"",
                             ".",
                             "..",
                             "a/b",
                             "a\x1f"
                             "b"}) {
        EXPECT_THAT(catalog_->create_namespace({{name}, {}}), IsError(ErrorCode::kInvalidArgument));
    }
    EXPECT_THAT(catalog_->drop_namespace({"analytics"}), IsError(ErrorCode::kConflict));
    ASSERT_THAT(catalog_->create_namespace({{"b"}, {}}), IsOk());
    ASSERT_THAT(catalog_->create_namespace({{"b", "x"}, {}}), IsOk());
    EXPECT_THAT(catalog_->drop_namespace({"b"}), IsError(ErrorCode::kConflict));
    EXPECT_THAT(catalog_->drop_namespace({"b", "x"}), IsOk());
    EXPECT_THAT(catalog_->drop_namespace({"b"}), IsOk());
    EXPECT_THAT(catalog_->drop_namespace({"b"}), IsError(ErrorCode::kNotFound));
}

TEST_F(ChangesTest, TablesAreCreatedLoadedListedAndDropped) {
    const auto listed = catalog_->list_tables({"analytics"});
    ASSERT_THAT(listed, IsOk());
    EXPECT_EQ(*listed, (std::vector<TableIdent>{kEvents, kRejected}));
    EXPECT_EQ(load().metadata->location, io::file_location(folder(kEvents)));
    EXPECT_TRUE(std::filesystem::is_directory(folder(kEvents) / "data"));
    EXPECT_THAT(catalog_->create_table(kEvents, new_table(kEvents)),
                IsError(ErrorCode::kAlreadyExists));
    ASSERT_THAT(catalog_->drop_table(kEvents), IsOk());
    EXPECT_THAT(catalog_->load_table(kEvents), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(catalog_->drop_table(kEvents), IsError(ErrorCode::kNotFound));
    ASSERT_THAT(catalog_->create_table(kEvents, new_table(kEvents)), IsOk());
    close();
    EXPECT_THAT(open(), IsOk());
}

TEST_F(ChangesTest, TablesOutsideTheWarehouseOrWithoutNamespaceAreRefused) {
    auto metadata = new_table(kEvents);
    EXPECT_THAT(catalog_->create_table({{"nope"}, "t"}, metadata), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(catalog_->create_table({{"analytics"}, "a/b"}, metadata),
                IsError(ErrorCode::kInvalidArgument));
    metadata.location = io::file_location(dir_.path() / "elsewhere");
    EXPECT_THAT(catalog_->create_table({{"analytics"}, "t"}, metadata),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_FALSE(std::filesystem::exists(dir_.path() / "elsewhere"));
}

TEST_F(ChangesTest, AdoptedLogIsRememberedInTheTables) {
    ASSERT_THAT(catalog_->adopt_log(kEventSink, kLog, 0), IsOk());
    ASSERT_THAT(catalog_->adopt_log(kEventSink, kLog, 0), IsOk());
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    const Uuid next_log = make_uuid_v7(5);
    EXPECT_THAT(catalog_->adopt_log(kEventSink, next_log, 9), IsError(ErrorCode::kConflict));
    ASSERT_THAT(catalog_->adopt_log(kEventSink, next_log, 10), IsOk());
    EXPECT_EQ(load().metadata->properties.at("icelight.watermark"), next_log.text() + ":0:10");
    EXPECT_EQ((*catalog_->watermark(kEventSink))->log_uuid, next_log);
    EXPECT_THAT(commit(make_intent(10, 20)), IsError(ErrorCode::kConflict)) << "the old log";
    close();
    EXPECT_THAT(open(), IsOk());
}

}  // namespace
}  // namespace icelight::catalog::sqlite
