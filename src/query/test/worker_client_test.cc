#include "query/worker/worker_client.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{20'000};

class WorkerClientTest : public ::testing::Test {
protected:
    void start() {
        auto worker = WorkerClient::start(lake_.options(), WorkerKind::kPlain, 0);
        ASSERT_THAT(worker, IsOk());
        worker_ = std::move(*worker);
    }

    QueryBounds bounds() const { return {deadline_in(kPatience), &is_cancelled_}; }

    Result<Statement> prepare(const std::string& sql) {
        return worker_->prepare({sql, Format::kCsv, 10, kPatience}, bounds());
    }

    std::string execute(const ExecuteMessage& message) {
        std::string body;
        const auto end = worker_->execute(message, bounds(), [&](std::string_view piece) {
            body += piece;
            return true;
        });
        return end ? body : "error: " + end.error().message;
    }

    testing::TinyLake lake_;
    std::unique_ptr<WorkerClient> worker_;
    std::atomic<bool> is_cancelled_{false};
};

TEST_F(WorkerClientTest, NamesComeFirstAndRowsAfterTheInputs) {
    lake_.append(3);
    start();
    const auto statement = prepare("SELECT count(*) AS n FROM events");
    ASSERT_THAT(statement, IsOk());
    EXPECT_THAT(statement->tables, ::testing::ElementsAre(TableName{"", "events"}));
    EXPECT_EQ(
        execute({{{"analytics", "events", lake_.metadata_location("events"), TailKind::kEvents}},
                 0,
                 3}),
        "n\r\n3\r\n");
    EXPECT_EQ(worker_->fate(), WorkerFate::kServes);
    EXPECT_TRUE(worker_->is_alive());
    EXPECT_GT(worker_->resident_bytes(), 1u << 20);
}

TEST_F(WorkerClientTest, QueryMayBeGivenUpBetween) {
    start();
    ASSERT_THAT(prepare("SELECT * FROM events"), IsOk());
    worker_->give_up();
    ASSERT_THAT(prepare("SELECT 1 AS x"), IsOk());
    EXPECT_EQ(execute({}), "x\r\n1\r\n");
}

TEST_F(WorkerClientTest, MissingFilesAreTheServersErrorAndNamed) {
    start();
    ASSERT_THAT(prepare("SELECT * FROM events"), IsOk());
    EXPECT_THAT(execute({{{"analytics", "events", "file:///nowhere.json", TailKind::kNone}}, 0, 0}),
                ::testing::HasSubstr("nowhere.json"));
    EXPECT_EQ(worker_->fate(), WorkerFate::kServes);
}

// The settings are the second fence: whatever passed the gate could not change them.
TEST_F(WorkerClientTest, FilesOutsideTheWarehouseAreNotRead) {
    start();
    ASSERT_THAT(prepare("SELECT * FROM events"), IsOk());
    const auto outside = lake_.path() / "catalog.db";
    EXPECT_THAT(execute({{{"analytics", "events", outside.native(), TailKind::kNone}}, 0, 0}),
                ::testing::HasSubstr("ermission denied"));
}

TEST_F(WorkerClientTest, ClientThatIsGoneEndsTheQueryAndNotTheWorker) {
    start();
    ASSERT_THAT(worker_->prepare(
                    {"SELECT repeat('x', 10000) FROM range(1000)", Format::kCsv, 1'000, kPatience},
                    bounds()),
                IsOk());
    int pieces = 0;
    const auto end = worker_->execute({}, bounds(), [&pieces](std::string_view) {
        ++pieces;
        return false;
    });
    EXPECT_THAT(end, IsError(ErrorCode::kShuttingDown));
    EXPECT_EQ(pieces, 1);
    EXPECT_EQ(worker_->fate(), WorkerFate::kServes);
    ASSERT_THAT(prepare("SELECT 1 AS x"), IsOk());
    EXPECT_EQ(execute({}), "x\r\n1\r\n");
}

TEST_F(WorkerClientTest, ExtensionsThatCannotBeLoadedAreTheOptionsFault) {
    auto options = lake_.options();
    options.extensions = lake_.path() / "no-extensions";
    EXPECT_THAT(WorkerClient::start(options, WorkerKind::kIceberg, 0),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(WorkerClient::start(options, WorkerKind::kPlain, 0), IsOk());
}

TEST_F(WorkerClientTest, WorkerWithoutItsDirectoriesSaysWhich) {
    auto options = lake_.options();
    options.log_directory = lake_.path() / "no-log";
    EXPECT_THAT(WorkerClient::start(options, WorkerKind::kPlain, 0), HasMessage("no-log"));
}

}  // namespace
}  // namespace icelight::query
