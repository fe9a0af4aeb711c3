#include "catalog/sqlite/sqlite_catalog.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class SqliteCatalogTest : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }
};

TEST_F(SqliteCatalogTest, BothTablesMoveInOneCommit) {
    AppendIntent intent = make_intent(0, 12);
    intent.appends.push_back(make_append(kRejected, intent.commit_id, 2));
    ASSERT_THAT(commit(intent), IsOk());
    EXPECT_EQ(rows_of(kEvents), 12);
    EXPECT_EQ(rows_of(kRejected), 2);
    const auto point = catalog_->read_point({kEvents, kRejected, {{"analytics"}, "none"}});
    ASSERT_THAT(point, IsOk());
    EXPECT_EQ(point->metadata_locations.size(), 2U);
    EXPECT_EQ(point->metadata_locations.at(kRejected), load(kRejected).metadata_location);
    EXPECT_EQ(point->watermarks.at(kEventSink).next(0), 12U);
}

TEST_F(SqliteCatalogTest, ManyThreadsCommitEveryOffsetOnce) {
    // Each thread tries to carry the watermark on from where it sees it; losers get a conflict.
    constexpr std::uint64_t kEnd = 40;
    std::atomic<int> landed = 0;
    std::vector<std::thread> threads;
    std::mutex make_mutex;  // the fixture's helpers use gtest
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            while (true) {
                const std::uint64_t from = watermark();
                if (from >= kEnd) return;
                AppendIntent intent;
                {
                    const std::lock_guard lock(make_mutex);
                    intent = make_intent(from, from + 2);
                }
                const auto result = commit(intent);
                if (result) {
                    ++landed;
                } else {
                    EXPECT_THAT(result, IsError(ErrorCode::kConflict));
                    EXPECT_THAT(catalog_->discard_journal(intent.commit_id), IsOk());
                }
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(landed, 20);
    EXPECT_EQ(rows_of(), 40);
    EXPECT_EQ(files_->list(folder(kEvents) / "data")->size(), 20U);
    EXPECT_THAT(catalog_->verify_files(1'000), IsOk());
}

TEST_F(SqliteCatalogTest, RestartGoesOnWhereItStopped) {
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    const std::string location = load().metadata_location;
    close();
    ASSERT_THAT(open(), IsOk());
    EXPECT_EQ(load().metadata_location, location);
    EXPECT_EQ(watermark(), 10U);
    EXPECT_EQ(catalog_->pins().lowest_offset(), 10U);
    ASSERT_THAT(commit(make_intent(10, 20)), IsOk());
    EXPECT_EQ(rows_of(), 20);
}

TEST_F(SqliteCatalogTest, ClosedCatalogRefusesChanges) {
    const AppendIntent intent = make_intent(0, 10);
    ASSERT_THAT(catalog_->close(soon()), IsOk());
    EXPECT_THAT(commit(intent), IsError(ErrorCode::kShuttingDown));
    EXPECT_THAT(catalog_->create_namespace({{"late"}, {}}), IsError(ErrorCode::kShuttingDown));
}

TEST_F(SqliteCatalogTest, WarehouseIsAbsoluteAndMayEndInASlash) {
    close();
    const auto warehouse = options_.warehouse;
    options_.warehouse = "warehouse";
    EXPECT_THAT(open(), IsError(ErrorCode::kInvalidArgument));
    options_.warehouse = warehouse.string() + "/";
    ASSERT_THAT(open(), IsOk());
    EXPECT_THAT(commit(make_intent(0, 10)), IsOk());
}

}  // namespace
}  // namespace icelight::catalog::sqlite
