#include <random>

#include <gtest/gtest.h>

#include "wal/test/crash_harness.h"

/// Power cuts: what was acknowledged is there, once, and nothing else but what was sent.
namespace icelight::wal {
namespace {

using io::testing::CrashKeeps;
using io::testing::FaultyFileSystem;
using testing::append_later;
using testing::batch_of;
using testing::check_after_crash;
using testing::Findings;
using testing::kKinds;
using testing::open_log;
using testing::Sent;

/// One life: batches go in, some are waited for, and the machine stops at any moment.
Findings live_and_crash(std::uint64_t seed, bool ignores_syncs) {
    std::mt19937_64 random(seed);
    auto files = std::make_unique<FaultyFileSystem>(seed);
    Sent ledger;
    Findings found;
    for (int life = 0; life < 3; ++life) {
        files->set_ignores_syncs(false);
        auto opened = open_log(*files);
        if (!opened) {
            found.refused = 1;
            return found;
        }
        files->set_ignores_syncs(ignores_syncs);
        auto& log = **opened;
        std::vector<std::pair<std::vector<std::string>, std::future<Result<Appended>>>> waiting;
        const auto batches = random() % 40;
        for (std::uint64_t count = 0; count < batches; ++count) {
            std::vector<std::string> rows;
            for (std::uint64_t row = 0; row <= random() % 4; ++row) {
                rows.push_back(std::to_string(random() % 150) + "-" +
                               std::string(random() % 2 * 300, 'x'));
                ledger.try_emplace(rows.back());
            }
            waiting.emplace_back(rows, append_later(log, batch_of(rows)));
            if (random() % 3 == 0) waiting.back().second.wait();
        }
        // What is acknowledged at this moment must survive; the rest may.
        std::vector<std::size_t> acknowledged;
        for (std::size_t index = 0; index < waiting.size(); ++index) {
            if (waiting[index].second.wait_for(std::chrono::seconds(0)) ==
                std::future_status::ready)
                acknowledged.push_back(index);
        }
        auto after = files->crash(kKinds[random() % 4], random());
        for (const std::size_t index : acknowledged) {
            const auto appended = waiting[index].second.get();
            if (!appended) continue;
            for (std::size_t row = 0; row < appended->rows.size(); ++row)
                ledger[waiting[index].first[row]] = appended->rows[row].offset;
        }
        waiting.clear();
        opened->reset();
        files = std::move(after);
        auto probe = files->crash(CrashKeeps::kEverything, 1);
        const Findings now = check_after_crash(*probe, ledger);
        if (now.total() > 0) return now;
    }
    return found;
}

TEST(WalCrash, KeepsWhatWasAcknowledgedOnceAndNothingElse) {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const Findings found = live_and_crash(seed, false);
        ASSERT_EQ(found.total(), 0)
            << "seed " << seed << ": lost " << found.lost << ", invented " << found.invented
            << ", doubled " << found.doubled << ", refused " << found.refused;
    }
}

// The control: without syncs the same test must find loss, else it could not find a missing one.
TEST(WalCrash, FindsAMissingSync) {
    int failed = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed)
        failed += live_and_crash(seed, true).total() > 0 ? 1 : 0;
    EXPECT_GT(failed, 20);
}

}  // namespace
}  // namespace icelight::wal
