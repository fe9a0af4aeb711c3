#include "wal/appender.h"

#include <thread>

#include <gtest/gtest.h>

#include "wal/test/crash_harness.h"

/// Failed writes, syncs, renames: what was acknowledged stays, and the log goes on by itself.
namespace icelight::wal {
namespace {

using icelight::testing::IsOk;
using io::testing::CrashKeeps;
using io::testing::FaultyFileSystem;
using testing::append_now;
using testing::batch_of;
using testing::check_after_crash;
using testing::Findings;
using testing::kKinds;
using testing::open_log;
using testing::Sent;

/// Runs a fixed life with one fault; acknowledged rows must be there after any crash.
void live_with_fault(io::testing::Fault fault, std::uint64_t seed) {
    FaultyFileSystem files(seed);
    Sent ledger;
    auto opened = open_log(files);
    ASSERT_THAT(opened, IsOk());
    files.set_fault(fault);
    for (int index = 0; index < 40; ++index) {
        const std::string row = std::to_string(index) + std::string(250, 'x');
        ledger.try_emplace(row);
        const auto appended = append_now(**opened, batch_of({row}));
        if (appended) {
            ledger[row] = appended->rows[0].offset;
        } else {
            ASSERT_EQ(appended.error().code, ErrorCode::kUnavailable);
        }
    }
    files.set_fault(std::nullopt);
    // It goes on by itself, and refused rows can be sent again.
    const Deadline give_up_at = deadline_in(std::chrono::seconds(10));
    for (auto& [row, offset] : ledger) {
        if (offset) continue;
        auto appended = append_now(**opened, batch_of({row}));
        while (!appended && system_clock().steady() < give_up_at) {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
            appended = append_now(**opened, batch_of({row}));
        }
        ASSERT_THAT(appended, IsOk());
        offset = appended->rows[0].offset;
    }
    for (const CrashKeeps keeps : kKinds) {
        const auto after = files.crash(keeps, seed);
        const Findings found = check_after_crash(*after, ledger);
        ASSERT_EQ(found.total(), 0)
            << "call " << fault.at_call << ": lost " << found.lost << ", invented "
            << found.invented << ", doubled " << found.doubled << ", refused " << found.refused;
    }
}

TEST(WalFaults, OneFailedCallLosesNothingAcknowledged) {
    for (std::uint64_t call = 1; call <= 110; ++call) {
        for (const ErrorCode code : {ErrorCode::kIo, ErrorCode::kUnavailable}) {
            live_with_fault({.at_call = call, .code = code}, call);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(WalFaults, ADiskThatFailsUntilItIsMendedLosesNothingAcknowledged) {
    for (std::uint64_t call = 1; call <= 110; call += 1) {
        live_with_fault({.at_call = call, .code = ErrorCode::kUnavailable, .is_for_ever = true},
                        call);
        if (HasFatalFailure()) return;
    }
}

TEST(WalFaults, OpeningOnAFailingDiskIsAnErrorAndCanBeTriedAgain) {
    FaultyFileSystem files;
    for (std::uint64_t call = 1; call <= 12; ++call) {
        files.set_fault(io::testing::Fault{.at_call = call});
        auto opened = open_log(files);
        files.set_fault(std::nullopt);
        auto after = files.crash(CrashKeeps::kSomePages, call);
        EXPECT_THAT(open_log(*after), IsOk()) << call;
    }
    EXPECT_THAT(open_log(files), IsOk());
}

TEST(WalFaults, AFailedGroupIsForgottenAndItsOffsetsAreUsedAgain) {
    FaultyFileSystem files;
    auto log = open_log(files).value();
    ASSERT_THAT(append_now(*log, batch_of({"a"})), IsOk());
    testing::wait_until_idle(files);
    bool is_failing = true;
    files.set_sync_hook([&] {
        if (testing::is_log_thread() && std::exchange(is_failing, false))
            files.set_fault(io::testing::Fault{.at_call = 1});
    });
    EXPECT_THAT(append_now(*log, batch_of({"b"}, {"bad"})),
                icelight::testing::IsError(ErrorCode::kUnavailable));
    EXPECT_EQ(log->durable_offset(), 1U);
    EXPECT_EQ(log->counters().received, 1U);
    while (!log->is_healthy())
        std::this_thread::yield();
    const auto again = append_now(*log, batch_of({"c", "b"}));
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->rows, (std::vector<Outcome>{{1, false}, {2, false}}));
    // The old segment still shows the failed group at offsets 1 and 2: readers must not.
    EXPECT_EQ(testing::read_items(files, 0, 3).value(),
              (testing::Items{{0, "R:a"}, {1, "R:c"}, {2, "R:b"}}));
    log.reset();
    log = open_log(files).value();
    EXPECT_EQ(log->durable_offset(), 3U);
    EXPECT_EQ(log->counters().stored, 3U);
    EXPECT_EQ(append_now(*log, batch_of({"b"})).value().rows[0], (Outcome{2, true}));
}

}  // namespace
}  // namespace icelight::wal
