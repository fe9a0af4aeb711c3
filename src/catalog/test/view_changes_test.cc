#include "catalog/client_change.h"
#include "catalog/test/fixture.h"
#include "iceberg/view_metadata.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {
namespace {

const TableIdent daily{{"analytics"}, "daily"};

class ViewChanges : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }

    std::vector<iceberg::ViewUpdate> version_of(const std::string& sql) const {
        iceberg::Schema schema;
        schema.fields = {{1, "n", false, iceberg::TypeKind::kLong}};
        iceberg::ViewVersion version;
        version.version_id = 1;
        version.schema_id = iceberg::kLastAddedOfView;
        version.default_namespace = {"analytics"};
        version.representations = {{sql, "duckdb"}};
        return {iceberg::AddViewSchema{std::move(schema)},
                iceberg::AddViewVersion{std::move(version)},
                iceberg::SetCurrentViewVersion{}};
    }

    iceberg::ViewMetadata new_view(const TableIdent& ident) const {
        std::vector<iceberg::ViewUpdate> updates = version_of("select 1");
        updates.insert(updates.begin(),
                       {iceberg::AssignViewUuid{make_uuid_v7(clock_.now_us())},
                        iceberg::SetViewLocation{io::file_location(folder(ident))}});
        auto view = iceberg::apply_view_updates({}, updates, clock_.now_us());
        EXPECT_THAT(view, IsOk());
        return view.value_or(iceberg::ViewMetadata{});
    }

    Result<ClientReply> change(ClientChange change) {
        return catalog_->change({std::move(change), std::nullopt});
    }
};

TEST_F(ViewChanges, AViewIsCreatedLoadedListedReplacedRenamedAndDropped) {
    const auto made = change(CreateView{daily, new_view(daily)});
    ASSERT_THAT(made, IsOk());
    ASSERT_EQ(made->views.size(), 1U);
    EXPECT_EQ(*catalog_->list_views({"analytics"}), std::vector<TableIdent>{daily});
    const auto loaded = catalog_->load_view(daily);
    ASSERT_THAT(loaded, IsOk());
    EXPECT_EQ(loaded->metadata_location, made->views.front().metadata_location);
    const auto replaced = change(CommitView{daily, {}, version_of("select 2")});
    ASSERT_THAT(replaced, IsOk());
    EXPECT_EQ(replaced->views.front().metadata->current_version_id, 2);
    const TableIdent renamed{{"analytics"}, "hourly"};
    ASSERT_THAT(change(RenameView{daily, renamed}), IsOk());
    EXPECT_THAT(catalog_->load_view(daily), HasMessage("View does not exist: analytics.daily"));
    close();
    ASSERT_THAT(open(), IsOk());
    const auto again = catalog_->load_view(renamed);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->metadata->versions.size(), 2U);
    ASSERT_THAT(change(DropView{renamed}), IsOk());
    EXPECT_THAT(change(DropView{renamed}), IsError(ErrorCode::kNotFound));
    EXPECT_TRUE(catalog_->list_views({"analytics"})->empty());
}

TEST_F(ViewChanges, TablesAndViewsShareTheirNames) {
    EXPECT_THAT(change(CreateView{kEvents, new_view(kEvents)}),
                HasMessage("Table with same name already exists: analytics.events"));
    ASSERT_THAT(change(CreateView{daily, new_view(daily)}), IsOk());
    EXPECT_THAT(change(CreateView{daily, new_view(daily)}),
                HasMessage("View already exists: analytics.daily"));
    EXPECT_THAT(change(CreateTable{daily, new_table(daily)}),
                HasMessage("View with same name already exists: analytics.daily"));
    EXPECT_THAT(change(RenameView{daily, kEvents}), HasMessage("Table already exists"));
    const TableIdent other{{"analytics"}, "other"};
    ASSERT_THAT(change(CreateView{other, new_view(other)}), IsOk());
    EXPECT_THAT(change(RenameView{daily, other}), HasMessage("View already exists"));
}

TEST_F(ViewChanges, ANamespaceWithAViewIsNotEmpty) {
    ASSERT_THAT(catalog_->create_namespace({{"v"}, {}}), IsOk());
    const TableIdent ident{{"v"}, "one"};
    ASSERT_THAT(change(CreateView{ident, new_view(ident)}), IsOk());
    EXPECT_THAT(catalog_->drop_namespace({"v"}), IsError(ErrorCode::kConflict));
    ASSERT_THAT(change(DropView{ident}), IsOk());
    EXPECT_THAT(catalog_->drop_namespace({"v"}), IsOk());
}

TEST_F(ViewChanges, AStaleOrEmptyCommitChangesNothing) {
    const auto made = change(CreateView{daily, new_view(daily)});
    ASSERT_THAT(made, IsOk());
    EXPECT_THAT(change(CommitView{daily, {make_uuid_v7(77)}, version_of("select 2")}),
                IsError(ErrorCode::kConflict));
    const auto same = change(CommitView{daily, {}, version_of("select 1")});
    ASSERT_THAT(same, IsOk());
    EXPECT_EQ(same->views.front().metadata_location, made->views.front().metadata_location);
    EXPECT_EQ(catalog_->load_view(daily)->metadata_location, made->views.front().metadata_location);
    EXPECT_THAT(change(CommitView{{{"analytics"}, "none"}, {}, {}}),
                HasMessage("View does not exist: analytics.none"));
}

TEST_F(ViewChanges, AMetadataFileIsRegistered) {
    const auto made = change(CreateView{daily, new_view(daily)});
    ASSERT_THAT(made, IsOk());
    ASSERT_THAT(change(DropView{daily}), IsOk());
    const std::string location = made->views.front().metadata_location;
    ASSERT_THAT(change(RegisterView{daily, location}), IsOk());
    EXPECT_EQ(catalog_->load_view(daily)->metadata_location, location);
    EXPECT_THAT(change(RegisterView{{{"analytics"}, "x"}, "file:///etc/passwd"}),
                IsError(ErrorCode::kInvalidArgument));
}

TEST_F(ViewChanges, TheSameKeyTwiceMakesOneViewAndShowsItAgain) {
    const RequestKey key{make_uuid_v7(5).text(), "digest"};
    const ClientRequest request{CreateView{daily, new_view(daily)}, key};
    const auto first = catalog_->change(request);
    ASSERT_THAT(first, IsOk());
    const auto second = catalog_->change(request);
    ASSERT_THAT(second, IsOk());
    ASSERT_EQ(second->views.size(), 1U);
    EXPECT_EQ(second->views.front().metadata_location, first->views.front().metadata_location);
}

}  // namespace
}  // namespace icelight::catalog::sqlite
