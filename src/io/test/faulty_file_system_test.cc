#include "io/testing/faulty_file_system.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::io::testing {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(FaultyFiles, CrashDropsWhatWasNotSynced) {
    FaultyFileSystem files;
    auto file = files.open("/d/f", OpenMode::kCreateNew).value();
    ASSERT_THAT(file->write_at(0, std::string(1000, 'a')), IsOk());
    ASSERT_THAT(file->sync_data(), IsOk());
    EXPECT_FALSE(files.crash(CrashKeeps::kNothing, 1)->exists("/d/f").value());
    ASSERT_THAT(files.sync_directory("/d"), IsOk());
    ASSERT_THAT(file->write_at(0, std::string(2000, 'b')), IsOk());
    EXPECT_EQ(files.crash(CrashKeeps::kNothing, 1)->bytes_of("/d/f"), std::string(1000, 'a'));
    EXPECT_EQ(files.crash(CrashKeeps::kEverything, 1)->bytes_of("/d/f"), std::string(2000, 'b'));
}

TEST(FaultyFiles, CrashKeepsAnySubsetOfUnsyncedSectors) {
    FaultyFileSystem files;
    auto file = files.open("/d/f", OpenMode::kCreateNew).value();
    ASSERT_THAT(file->write_at(0, std::string(4 * 512, '\0')), IsOk());
    ASSERT_THAT(file->sync_all(), IsOk());
    ASSERT_THAT(files.sync_directory("/d"), IsOk());
    ASSERT_THAT(file->write_at(0, std::string(4 * 512, 'x')), IsOk());
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const auto bytes = files.crash(CrashKeeps::kSomeSectors, seed)->bytes_of("/d/f");
        seen.insert({bytes[0], bytes[512], bytes[1024], bytes[1536]});
    }
    EXPECT_EQ(seen.size(), 16U);
}

TEST(FaultyFiles, FailedSyncLosesTheBytesThoughReadsShowThem) {
    FaultyFileSystem files;
    auto file = files.open("/d/f", OpenMode::kCreateNew).value();
    ASSERT_THAT(files.sync_directory("/d"), IsOk());
    ASSERT_THAT(file->write_at(0, "lost"), IsOk());
    files.set_fault(Fault{.at_call = 1});
    EXPECT_THAT(file->sync_data(), IsError(ErrorCode::kIo));
    EXPECT_THAT(file->sync_data(), IsOk());
    EXPECT_EQ(files.bytes_of("/d/f"), "lost");
    EXPECT_EQ(files.crash(CrashKeeps::kEverything, 1)->bytes_of("/d/f"), std::string(4, '\0'));
}

TEST(FaultyFiles, FailsAtTheNthCallOnceOrForEver) {
    FaultyFileSystem files;
    auto file = files.open("/d/f", OpenMode::kCreateNew).value();
    files.set_fault(Fault{.at_call = 2, .code = ErrorCode::kUnavailable});
    EXPECT_THAT(file->write_at(0, "a"), IsOk());
    EXPECT_THAT(file->write_at(1, "b"), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(file->write_at(1, "b"), IsOk());
    files.set_fault(Fault{.at_call = 1, .is_for_ever = true});
    EXPECT_THAT(file->write_at(0, "a"), IsError(ErrorCode::kIo));
    EXPECT_THAT(files.remove("/d/f"), IsError(ErrorCode::kIo));
    EXPECT_EQ(files.changing_calls(), 6U);
}

TEST(FaultyFiles, UnsyncedRenameIsAllOrNothing) {
    FaultyFileSystem files;
    files.replace("/d/spare", "s");
    ASSERT_THAT(files.rename("/d/spare", "/d/1.wal"), IsOk());
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        auto after = files.crash(CrashKeeps::kSomePages, seed);
        EXPECT_NE(after->exists("/d/spare").value(), after->exists("/d/1.wal").value());
    }
    ASSERT_THAT(files.sync_directory("/d"), IsOk());
    EXPECT_EQ(files.crash(CrashKeeps::kNothing, 1)->list("/d").value(),
              std::vector<std::string>{"1.wal"});
}

TEST(FaultyFiles, IgnoredSyncKeepsNothing) {
    FaultyFileSystem files;
    files.replace("/d/f", "old!");
    auto file = files.open("/d/f", OpenMode::kReadWrite).value();
    files.set_ignores_syncs(true);
    ASSERT_THAT(file->write_at(0, "new!"), IsOk());
    EXPECT_THAT(file->sync_data(), IsOk());
    EXPECT_EQ(files.crash(CrashKeeps::kNothing, 1)->bytes_of("/d/f"), "old!");
}

TEST(FaultyFiles, RunsTheHookBeforeEachSync) {
    FaultyFileSystem files;
    int syncs = 0;
    files.set_sync_hook([&syncs] { ++syncs; });
    ASSERT_THAT(files.write_file_durably("/d/f", "x"), IsOk());
    EXPECT_EQ(syncs, 1);
}

}  // namespace
}  // namespace icelight::io::testing
