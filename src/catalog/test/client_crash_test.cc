#include <set>

#include "catalog/client_change.h"
#include "catalog/manifest_lists.h"
#include "catalog/table_commit.h"
#include "catalog/test/fixture.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/view_metadata.h"
#include "io/location.h"

// The claim: wherever the process dies in a change that a client asked for, or in what an operator
// decided, the next start finds it whole or not at all; the same request again lands it once, and
// no row of the log, no other table and no file that a table reaches is touched.

namespace icelight::catalog::sqlite {
namespace {

const TableIdent kLeft{{"left"}, "t"};
const TableIdent kRight{{"right"}, "t"};
const TableIdent kMoved{{"right"}, "moved"};
const TableIdent kView{{"left"}, "v"};
constexpr std::int64_t kClientRows = 5;
constexpr std::uint64_t kOffsets = 20;
constexpr std::int64_t kRowsBefore = 20;

/// A change, and how to tell that it is there: part by part.
struct Story {
    std::function<ClientChange()> make;  ///< On the open catalog; may write files, as clients do.
    std::function<std::size_t()> count_landed;
    std::size_t parts = 1;
    bool has_key = true;                    ///< Without one a commit is known by its snapshots.
    std::int64_t event_rows = kRowsBefore;  ///< Once it has landed.
};

class ClientCrash : public CatalogFixture {
protected:
    /// A lake in a directory of its own: the event tables with rows, two tables of clients, a view.
    void make_lake(const TempDir& dir) {
        options_.database = dir.path() / "catalog.db";
        options_.warehouse = dir.path() / "warehouse";
        options_.sink_tables = {{kEvents, {1}, 21}, {kRejected, {}, 21}};
        open_with_tables();
        ASSERT_THAT(catalog_->adopt_log(kEventSink, kLog, 0), IsOk());
        for (const TableIdent& ident : {kLeft, kRight}) {
            ASSERT_THAT(catalog_->create_namespace({ident.space, {}}), IsOk());
            ASSERT_THAT(catalog_->create_table(ident, new_table(ident)), IsOk());
        }
        ASSERT_THAT(change(CreateView{kView, new_view()}), IsOk());
        ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
        ASSERT_THAT(commit(make_intent(10, kOffsets)), IsOk());
    }

    Result<ClientReply> change(ClientChange change) {
        return catalog_->change({std::move(change), std::nullopt});
    }

    iceberg::ViewMetadata new_view() const {
        iceberg::Schema schema;
        schema.fields = {{1, "n", false, iceberg::TypeKind::kLong}};
        iceberg::ViewVersion version;
        version.version_id = 1;
        version.schema_id = iceberg::kLastAddedOfView;
        version.default_namespace = kView.space;
        version.representations = {{"select 1", "duckdb"}};
        auto view = iceberg::apply_view_updates(
            {},
            std::vector<iceberg::ViewUpdate>{
                iceberg::AssignViewUuid{make_uuid_v7(clock_.now_us())},
                iceberg::SetViewLocation{io::file_location(folder(kView))},
                iceberg::AddViewSchema{std::move(schema)},
                iceberg::AddViewVersion{std::move(version)},
                iceberg::SetCurrentViewVersion{}},
            clock_.now_us());
        EXPECT_THAT(view, IsOk());
        return std::move(*view);
    }

    /// A client's append of kClientRows rows: its files are written, its commit is not sent.
    TableCommit make_append_of(const TableIdent& ident) {
        const auto base = load(ident);
        iceberg::Snapshot snapshot;
        snapshot.snapshot_id = 777;
        snapshot.parent_snapshot_id = base.metadata->current_snapshot_id;
        snapshot.sequence_number = base.metadata->last_sequence_number + 1;
        snapshot.timestamp_ms = base.metadata->last_updated_ms + 1;
        snapshot.schema_id = 0;
        snapshot.summary = {{"operation", "append"}};
        auto manifest = *make_append(ident, make_uuid_v7(clock_.now_us()), kClientRows).manifest;
        manifest.added_snapshot_id = snapshot.snapshot_id;
        manifest.sequence_number = snapshot.sequence_number;
        manifest.min_sequence_number = snapshot.sequence_number;
        const auto path = folder(ident) / "metadata" / "snap-777-1-client.avro";
        snapshot.manifest_list = io::file_location(path);
        const auto bytes = iceberg::encode_manifest_list({snapshot.snapshot_id,
                                                          snapshot.parent_snapshot_id,
                                                          snapshot.sequence_number,
                                                          {manifest}});
        EXPECT_THAT(bytes, IsOk());
        EXPECT_THAT(files_->write_file_durably(path, *bytes), IsOk());
        return {ident,
                {iceberg::AssertRefSnapshotId{"main", base.metadata->current_snapshot_id}},
                {iceberg::AddSnapshot{snapshot},
                 iceberg::SetSnapshotRef{"main", {.snapshot_id = snapshot.snapshot_id}}}};
    }

    static TableCommit make_mark(const TableIdent& ident) {
        return {ident, {}, {iceberg::SetProperties{{{"mark", "1"}}}}};
    }

    TableCommit make_rollback() {
        iceberg::SnapshotRef main;
        main.snapshot_id = load().metadata->snapshots.front().snapshot_id;
        return {kEvents, {}, {iceberg::SetSnapshotRef{"main", main}}};
    }

    bool has(const TableIdent& ident) { return catalog_->load_table(ident).has_value(); }

    bool has_view(const TableIdent& ident) { return catalog_->load_view(ident).has_value(); }

    bool is_marked(const TableIdent& ident) {
        return load(ident).metadata->properties.contains("mark");
    }

    std::string property(const std::string& key) {
        const auto space = catalog_->load_namespace(kLeft.space);
        EXPECT_THAT(space, IsOk());
        const auto found = space->properties.find(key);
        return found == space->properties.end() ? "" : found->second;
    }

    void expect_whole(std::int64_t event_rows) {
        EXPECT_EQ(watermark(), kOffsets);
        EXPECT_EQ(rows_of(kEvents), event_rows);
        EXPECT_TRUE(catalog_->list_journals()->empty());
        EXPECT_THAT(catalog_->verify_files(10'000), IsOk());
    }

    /// Tells `story` once for every step of it.
    void survive(const Story& story) {
        std::set<bool> outcomes;
        bool has_died = true;
        for (std::size_t at = 1; has_died; ++at) {
            SCOPED_TRACE(at);
            const TempDir dir(icelight::testing::memory_root());
            make_lake(dir);
            ASSERT_EQ(story.count_landed(), 0U);
            ClientRequest request{story.make(), std::nullopt};
            if (story.has_key) request.key = RequestKey{kLog.text(), "digest"};
            close();
            has_died = dies_in_child_at(at, [&] { static_cast<void>(catalog_->change(request)); });
            ASSERT_THAT(open(), IsOk());
            const std::size_t landed = story.count_landed();
            EXPECT_TRUE(landed == 0 || landed == story.parts) << landed << " parts of it";
            expect_whole(landed == 0 ? kRowsBefore : story.event_rows);
            if (has_died) outcomes.insert(landed > 0);
            for (int turn = 0; turn < 2; ++turn) {
                ASSERT_THAT(catalog_->change(request), IsOk()) << "the client heard nothing";
                EXPECT_EQ(story.count_landed(), story.parts);
                expect_whole(story.event_rows);
            }
            close();
            ASSERT_LT(at, 20U);
            if (HasFailure()) return;
        }
        EXPECT_EQ(outcomes.size(), 2U) << "it died on one side of COMMIT only";
    }
};

TEST_F(ClientCrash, AnAppendOfAClientLandsOnce) {
    survive({[&] { return CommitTables{{make_append_of(kLeft)}}; },
             [&] { return static_cast<std::size_t>(rows_of(kLeft) / kClientRows); },
             1,
             false});
}

TEST_F(ClientCrash, ATransactionOverNamespacesLandsWholeAndOnce) {
    survive(
        {[&] {
             return CommitTables{{make_append_of(kLeft), make_mark(kRight), make_mark(kEvents)}};
         },
         [&] {
             return static_cast<std::size_t>(rows_of(kLeft) / kClientRows) +
                    (is_marked(kRight) ? 1U : 0U) + (is_marked(kEvents) ? 1U : 0U);
         },
         3,
         false});
}

TEST_F(ClientCrash, ARenamedTableIsUnderOneNameOfTwo) {
    survive({[&] {
                 return RenameTable{kLeft, kMoved};
             },
             [&] { return (has(kLeft) ? 0U : 1U) + (has(kMoved) ? 1U : 0U); },
             2});
}

TEST_F(ClientCrash, APurgedTableIsDroppedAndMarkedAndNoFileOfOthersGoes) {
    survive({[&] { return DropTable{.ident = kLeft, .is_purge = true}; },
             [&] {
                 EXPECT_TRUE(std::filesystem::exists(folder(kLeft) / "metadata")) << "not yet";
                 return (has(kLeft) ? 0U : 1U) + catalog_->state()->purges.size();
             },
             2});
}

TEST_F(ClientCrash, ATableIsMadeOnce) {
    survive({[&] {
                 return CreateTable{kMoved, new_table(kMoved)};
             },
             [&] {
                 return has(kMoved) ? 1U : 0U;
             }});
}

TEST_F(ClientCrash, AStagedTableIsMadeOnce) {
    survive({[&] {
                 const auto model = new_table(kMoved);
                 TableCommit create{kMoved, {iceberg::AssertCreate{}}, {}};
                 create.updates = {iceberg::AssignUuid{model.table_uuid},
                                   iceberg::AddSchema{model.schemas[0]},
                                   iceberg::SetCurrentSchema{-1},
                                   iceberg::SetLocation{model.location}};
                 return CommitTables{{create}};
             },
             [&] { return has(kMoved) ? 1U : 0U; },
             1,
             false});
}

TEST_F(ClientCrash, ATableIsRegisteredOnce) {
    survive({[&] {
                 return RegisterTable{kMoved, load(kLeft).metadata_location};
             },
             [&] {
                 return has(kMoved) ? 1U : 0U;
             }});
}

TEST_F(ClientCrash, NamespacesAreMadeChangedAndDroppedOnce) {
    survive({[&] {
                 return CreateNamespace{{{"fresh"}, {{"a", "b"}}}};
             },
             [&] {
                 return catalog_->load_namespace({"fresh"}) ? 1U : 0U;
             }});
    survive({[&] {
                 return UpdateNamespace{kLeft.space, {}, {{"one", "1"}, {"two", "2"}}};
             },
             [&] { return property("one").size() + property("two").size(); },
             2});
}

TEST_F(ClientCrash, ViewsAreRenamedAndDroppedOnce) {
    survive({[&] {
                 return RenameView{kView, kMoved};
             },
             [&] { return (has_view(kView) ? 0U : 1U) + (has_view(kMoved) ? 1U : 0U); },
             2});
    survive({[&] { return DropView{kView}; },
             [&] {
                 return has_view(kView) ? 0U : 1U;
             }});
}

TEST_F(ClientCrash, ARollbackOfTheEventTableComesWithItsHalt) {
    survive(
        {[&] { return CommitTables{{make_rollback()}}; },
         [&] { return catalog_->halts(kEventSink)->size() + (rows_of(kEvents) == 10 ? 1U : 0U); },
         2,
         false,
         10});
}

/// The control: what counts the parts sees a transaction of which one table landed alone.
TEST_F(ClientCrash, WouldShowHalfATransaction) {
    const TempDir dir(icelight::testing::memory_root());
    make_lake(dir);
    ASSERT_THAT(catalog_->commit_table(make_append_of(kLeft)), IsOk());
    EXPECT_EQ(rows_of(kLeft), kClientRows);
    EXPECT_FALSE(is_marked(kRight));
    std::filesystem::remove(folder(kLeft) / "metadata" / "snap-777-1-client.avro");
    EXPECT_FALSE(catalog_->verify_files(10'000));
}

class ResumeCrash : public ClientCrash, public ::testing::WithParamInterface<ResumeChoice> {};

TEST_P(ResumeCrash, DecidesWholeOrNotAtAllAndNoRowIsLostOrDoubled) {
    const ResumeRequest request{kEventSink, GetParam(), 0};
    const bool is_replay = GetParam() == ResumeChoice::kReplay;
    std::set<bool> outcomes;
    bool has_died = true;
    for (std::size_t at = 1; has_died; ++at) {
        SCOPED_TRACE(at);
        const TempDir dir(icelight::testing::memory_root());
        make_lake(dir);
        ASSERT_THAT(catalog_->commit_table(make_rollback()), IsOk());
        close();
        has_died = dies_in_child_at(at, [&] { static_cast<void>(catalog_->resume(request)); });
        ASSERT_THAT(open(), IsOk()) << "every copy of W agrees";
        const bool is_decided = catalog_->halts(kEventSink)->empty();
        if (has_died) outcomes.insert(is_decided);
        EXPECT_EQ(catalog_->resume(request).has_value(), !is_decided) << "decided once";
        EXPECT_EQ(watermark(), is_replay ? 10U : kOffsets);
        EXPECT_EQ(*catalog_->offsets_gone(kEventSink), is_replay ? 0U : 10U);
        ASSERT_THAT(commit(make_intent(watermark(), 30)), IsOk());
        EXPECT_EQ(rows_of(kEvents), is_replay ? 30 : 20);
        EXPECT_THAT(catalog_->verify_files(10'000), IsOk());
        close();
        ASSERT_LT(at, 20U);
    }
    EXPECT_EQ(outcomes.size(), 2U) << "it died on one side of COMMIT only";
}

INSTANTIATE_TEST_SUITE_P(Choices,
                         ResumeCrash,
                         ::testing::Values(ResumeChoice::kAccept, ResumeChoice::kReplay));

}  // namespace
}  // namespace icelight::catalog::sqlite
