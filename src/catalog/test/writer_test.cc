#include "catalog/sqlite/writer.h"

#include <atomic>

#include "catalog/sqlite/rows.h"
#include "catalog/test/fixture.h"
#include "catalog/testing/faulty_vfs.h"

// The claim: when SQLite's COMMIT meets an I/O error, the caller hears "landed", "nothing was
// changed" or "unknown", and is never told the second of something that a later recovery finds.

namespace icelight::catalog::sqlite {
namespace {

using catalog::testing::FaultyVfs;
using Call = FaultyVfs::Call;
using Verdict = FaultyVfs::Verdict;

class WriterTest : public CatalogFixture {
protected:
    WriterTest() {
        options_.vfs = FaultyVfs::name();
        vfs_ = std::make_unique<FaultyVfs>([this](Call call, std::string_view path) {
            const bool is_log = path.ends_with("-wal");
            if (call != fault_call_ || !is_log || faults_ == 0) return Verdict::kPass;
            --faults_;
            return fault_.load();
        });
    }

    ~WriterTest() override { catalog_.reset(); }

    void arm(Call call, Verdict fault, int times) {
        fault_call_ = call;
        fault_ = fault;
        faults_ = times;
    }

    /// What a start would find if the process died now: W of a copy of the database files.
    std::uint64_t watermark_after_death() {
        const TempDir grave;
        for (const char* suffix : {"", "-wal"}) {
            const auto name = options_.database.string() + suffix;
            if (std::filesystem::exists(name)) {
                std::filesystem::copy_file(name,
                                           grave.path() / (std::string("catalog.db") + suffix));
            }
        }
        auto connection =
            Connection::open({.path = grave.path() / "catalog.db"}, ConnectionMode::kReadWrite);
        EXPECT_THAT(connection, IsOk());
        const auto sinks = load_sinks(*connection);
        EXPECT_THAT(sinks, IsOk());
        const auto sink = sinks->find(kEventSink);
        return sink == sinks->end() ? 0 : sink->second.progress.watermark.next(0);
    }

    std::atomic<Call> fault_call_ = Call::kSync;
    std::atomic<Verdict> fault_ = Verdict::kPass;
    std::atomic<int> faults_ = 0;
    std::unique_ptr<FaultyVfs> vfs_;
};

struct Fault {
    const char* label;
    Call call;
    Verdict verdict;
};

constexpr Fault kFaults[] = {
    {"sync fails", Call::kSync, Verdict::kRefuse},
    {"sync works and says it failed", Call::kSync, Verdict::kDoThenRefuse},
    {"write fails", Call::kWrite, Verdict::kRefuse},
    {"write works and says it failed", Call::kWrite, Verdict::kDoThenRefuse},
    {"disk full", Call::kWrite, Verdict::kFull},
};

TEST_F(WriterTest, OneFaultInCommitIsRefusedForGood) {
    open_with_tables();
    std::uint64_t from = 0;
    for (const Fault& fault : kFaults) {
        SCOPED_TRACE(fault.label);
        const AppendIntent intent = make_intent(from, from + 10);
        arm(fault.call, fault.verdict, 1);
        const auto result = commit(intent);
        EXPECT_THAT(result, IsError(ErrorCode::kIo));
        EXPECT_THAT(result, HasMessage("nothing was changed"));
        EXPECT_EQ(watermark(), from);
        EXPECT_EQ(watermark_after_death(), from) << "a recovery finds what was refused";
        ASSERT_THAT(commit(intent), IsOk());
        EXPECT_EQ(watermark_after_death(), from + 10);
        from += 10;
    }
    EXPECT_EQ(rows_of(), static_cast<std::int64_t>(from));
    EXPECT_EQ(load().metadata->snapshots.size(), std::size(kFaults));
}

TEST_F(WriterTest, LastingFaultIsUnknownUntilItEnds) {
    open_with_tables();
    std::uint64_t from = 0;
    for (const Fault& fault : kFaults) {
        SCOPED_TRACE(fault.label);
        const AppendIntent intent = make_intent(from, from + 10);
        arm(fault.call, fault.verdict, 1'000'000);
        EXPECT_THAT(commit(intent), IsError(ErrorCode::kCommitStateUnknown));
        EXPECT_THAT(commit(intent), IsError(ErrorCode::kCommitStateUnknown));
        EXPECT_THAT(catalog_->discard_journal(intent.commit_id),
                    IsError(ErrorCode::kCommitStateUnknown));
        EXPECT_TRUE(std::filesystem::exists(data_file(kEvents, intent.commit_id)));
        arm(fault.call, Verdict::kPass, 0);
        ASSERT_THAT(commit(intent), IsOk());
        EXPECT_EQ(watermark(), from + 10);
        EXPECT_EQ(watermark_after_death(), from + 10);
        from += 10;
    }
    EXPECT_EQ(rows_of(), static_cast<std::int64_t>(from));
    EXPECT_EQ(load().metadata->snapshots.size(), std::size(kFaults));
}

TEST_F(WriterTest, DeathInDoubtLeavesAllOrNothing) {
    open_with_tables();
    for (const Fault& fault : kFaults) {
        SCOPED_TRACE(fault.label);
        const std::uint64_t from = watermark();
        const AppendIntent intent = make_intent(from, from + 10);
        ASSERT_THAT(catalog_->journal_files(intent.commit_id, {}), IsOk());
        arm(fault.call, fault.verdict, 1'000'000);
        EXPECT_THAT(commit(intent), IsError(ErrorCode::kCommitStateUnknown));
        close();
        arm(fault.call, Verdict::kPass, 0);
        ASSERT_THAT(open(), IsOk());
        ASSERT_THAT(commit(intent), IsOk());
        EXPECT_EQ(watermark(), from + 10);
        EXPECT_EQ(rows_of(), static_cast<std::int64_t>(from + 10));
    }
}

TEST_F(WriterTest, OtherChangesAreSettledAlike) {
    open_with_tables();
    arm(Call::kSync, Verdict::kRefuse, 1);
    EXPECT_THAT(catalog_->create_namespace({{"b"}, {}}), IsError(ErrorCode::kIo));
    EXPECT_THAT(catalog_->create_namespace({{"b"}, {}}), IsOk());
    arm(Call::kSync, Verdict::kRefuse, 1'000'000);
    EXPECT_THAT(catalog_->create_namespace({{"c"}, {}}), IsError(ErrorCode::kCommitStateUnknown));
    arm(Call::kSync, Verdict::kPass, 0);
    EXPECT_THAT(catalog_->create_namespace({{"c"}, {}}), IsOk());
}

TEST_F(WriterTest, LockOfAnotherProcessIsUnavailableAndThenOver) {
    open_with_tables();
    const AppendIntent intent = make_intent(0, 10);
    auto other = Connection::open({.path = options_.database}, ConnectionMode::kReadWrite);
    ASSERT_THAT(other, IsOk());
    ASSERT_THAT(other->execute("BEGIN IMMEDIATE"), IsOk());
    const auto result = commit(intent);
    EXPECT_THAT(result, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(result, HasMessage("locked by another process"));
    other->rollback();
    EXPECT_THAT(commit(intent), IsOk());
}

}  // namespace
}  // namespace icelight::catalog::sqlite
