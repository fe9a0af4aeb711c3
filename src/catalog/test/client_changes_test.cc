#include "catalog/sqlite/client/client_changes.h"

#include "catalog/client_change.h"
#include "catalog/test/fixture.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {
namespace {

class ClientChangesTest : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }
};

TEST_F(ClientChangesTest, NamespacesAreListedLevelByLevel) {
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

TEST_F(ClientChangesTest, NamespacesAreRefusedWithTheReason) {
    EXPECT_THAT(catalog_->create_namespace({{"analytics"}, {}}),
                IsError(ErrorCode::kAlreadyExists));
    EXPECT_THAT(catalog_->create_namespace({{"no", "parent"}, {}}), IsError(ErrorCode::kNotFound));
    for (const char* name : {"", ".", "..", "a/b", "a\x1f-b"}) {
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

TEST_F(ClientChangesTest, TablesAreCreatedLoadedListedAndDropped) {
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

TEST_F(ClientChangesTest, TablesOutsideTheWarehouseOrWithoutNamespaceAreRefused) {
    auto metadata = new_table(kEvents);
    EXPECT_THAT(catalog_->create_table({{"nope"}, "t"}, metadata), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(catalog_->create_table({{"analytics"}, "a/b"}, metadata),
                IsError(ErrorCode::kInvalidArgument));
    metadata.location = io::file_location(dir_.path() / "elsewhere");
    EXPECT_THAT(catalog_->create_table({{"analytics"}, "t"}, metadata),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_FALSE(std::filesystem::exists(dir_.path() / "elsewhere"));
}

TEST_F(ClientChangesTest, AdoptedLogIsRememberedInTheTables) {
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

TEST_F(ClientChangesTest, PropertiesAreReplacedAndTheReplySaysWhich) {
    const auto reply = catalog_->change(
        {UpdateNamespace{{"analytics"}, {"owner", "none"}, {{"a", "1"}}}, std::nullopt});
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(reply->properties.updated, std::vector<std::string>{"a"});
    EXPECT_EQ(reply->properties.removed, std::vector<std::string>{"owner"});
    EXPECT_EQ(reply->properties.missing, std::vector<std::string>{"none"});
    const auto loaded = catalog_->load_namespace({"analytics"});
    const std::string place = io::file_location(options_.warehouse / "analytics");
    EXPECT_EQ(loaded->properties,
              (std::map<std::string, std::string>{{"a", "1"}, {"location", place}}));
    ASSERT_THAT(catalog_->change({UpdateNamespace{{"analytics"}, {}, {{"location", "file:///x"}}},
                                  std::nullopt}),
                IsOk());
    EXPECT_EQ(catalog_->load_namespace({"analytics"})->properties.at("location"), "file:///x");
    EXPECT_THAT(catalog_->change({UpdateNamespace{{"nope"}, {}, {}}, std::nullopt}),
                IsError(ErrorCode::kNotFound));
}

TEST_F(ClientChangesTest, RenamedTablesKeepTheirMetadataAndTheirOldNameIsFree) {
    const TableIdent other{{"b"}, "t"};
    const auto before = load();
    EXPECT_THAT(catalog_->change({RenameTable{kEvents, other}, std::nullopt}),
                IsError(ErrorCode::kNotFound))
        << "no namespace b";
    ASSERT_THAT(catalog_->create_namespace({{"b"}, {}}), IsOk());
    EXPECT_THAT(catalog_->change({RenameTable{kEvents, kRejected}, std::nullopt}),
                IsError(ErrorCode::kAlreadyExists));
    ASSERT_THAT(catalog_->change({RenameTable{kEvents, other}, std::nullopt}), IsOk());
    EXPECT_THAT(catalog_->load_table(kEvents), IsError(ErrorCode::kNotFound));
    EXPECT_EQ(load(other).metadata_location, before.metadata_location);
    const auto place = catalog_->place_table({kEvents, "", false});
    ASSERT_THAT(place, IsOk());
    EXPECT_NE(*place, before.metadata->location) << "its files are still there";
}

TEST_F(ClientChangesTest, RegisteredMetadataIsCurrentAndTheServerStartsAgain) {
    const auto first = load();
    TableCommit commit{kEvents, {}, {iceberg::SetProperties{{{"a", "1"}}}}};
    ASSERT_THAT(catalog_->commit_table(commit), IsOk());
    ASSERT_THAT(catalog_->commit_table(commit), IsOk());
    EXPECT_THAT(
        catalog_->change({RegisterTable{kEvents, first.metadata_location, false}, std::nullopt}),
        IsError(ErrorCode::kAlreadyExists));
    ASSERT_THAT(
        catalog_->change({RegisterTable{kEvents, first.metadata_location, true}, std::nullopt}),
        IsOk());
    EXPECT_EQ(load().metadata_location, first.metadata_location);
    ASSERT_THAT(catalog_->commit_table(commit), IsOk());
    EXPECT_THAT(catalog_->change({RegisterTable{{{"analytics"}, "x"}, "file:///etc/passwd", false},
                                  std::nullopt}),
                IsError(ErrorCode::kInvalidArgument));
    close();
    EXPECT_THAT(open(), IsOk());
}

TEST_F(ClientChangesTest, OneKeyChangesOnceAlsoAfterARestart) {
    const RequestKey key{"018f4e2a-0000-7000-8000-000000000001", "digest"};
    const UpdateNamespace update{{"analytics"}, {"owner"}, {}};
    ASSERT_THAT(catalog_->change({update, key}), IsOk());
    close();
    ASSERT_THAT(open(), IsOk());
    const auto again = catalog_->change({update, key});
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->properties.removed, std::vector<std::string>{"owner"}) << "as the first time";
    const auto control = catalog_->change({update, std::nullopt});
    EXPECT_EQ(control->properties.missing, std::vector<std::string>{"owner"});
    EXPECT_THAT(catalog_->change({update, RequestKey{key.key, "other"}}),
                IsError(ErrorCode::kInvalidArgument));
    clock_.advance(std::chrono::seconds(kRequestKeySeconds + 1));
    ASSERT_THAT(catalog_->change({update, RequestKey{"another", "digest"}}), IsOk());
    const auto forgotten = catalog_->change({update, key});
    EXPECT_EQ(forgotten->properties.missing, std::vector<std::string>{"owner"});
}

TEST_F(ClientChangesTest, ARefusalStandsForItsKeyAlsoAfterARestart) {
    const RequestKey key{"018f4e2a-0000-7000-8000-000000000002", "digest"};
    const ClientRequest drop{DropNamespace{{"later"}}, key};
    EXPECT_THAT(catalog_->change(drop), IsError(ErrorCode::kNotFound));
    ASSERT_THAT(catalog_->create_namespace({{"later"}, {}}), IsOk());
    close();
    ASSERT_THAT(open(), IsOk());
    const auto again = catalog_->change(drop);
    EXPECT_THAT(again, IsError(ErrorCode::kNotFound)) << "as the first time";
    EXPECT_THAT(again, HasMessage("Namespace does not exist: later"));
    EXPECT_THAT(catalog_->change({drop.change, RequestKey{key.key, "other"}}),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(catalog_->change({drop.change, std::nullopt}), IsOk()) << "the control";
}

TEST_F(ClientChangesTest, TablesThatTheLogIsCarriedIntoNeedAnAdminToGo) {
    close();
    options_.sink_tables = {{kEvents, {1}}};
    ASSERT_THAT(open(), IsOk());
    EXPECT_THAT(catalog_->change({DropTable{kEvents, false}, std::nullopt}),
                IsError(ErrorCode::kForbidden));
    EXPECT_THAT(catalog_->change({RenameTable{kEvents, {{"analytics"}, "x"}}, std::nullopt}),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(
        catalog_->change({RegisterTable{kEvents, load().metadata_location, true}, std::nullopt}),
        IsError(ErrorCode::kInvalidArgument));
    ASSERT_THAT(catalog_->change({DropTable{kRejected, false}, std::nullopt}), IsOk());
    ASSERT_THAT(catalog_->change({DropTable{kEvents, true}, std::nullopt}), IsOk());
}

}  // namespace
}  // namespace icelight::catalog::sqlite
