#include "wal/housekeeper.h"

#include <gtest/gtest.h>

#include "wal/test/log_harness.h"

namespace icelight::wal {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using io::testing::FaultyFileSystem;

constexpr std::uint64_t kBytes = 8192;

TEST(Housekeeper, MakesAZeroedSpareOfFullSize) {
    FaultyFileSystem files;
    Housekeeper housekeeper("/log", files, kBytes, [](auto, auto) {});
    auto spare = housekeeper.take_spare();
    ASSERT_THAT(spare, IsOk());
    EXPECT_EQ(files.bytes_of("/log/spare"), std::string(kBytes, '\0'));
}

TEST(Housekeeper, WritesAndSyncsTheZerosInSmallPartsWithAPauseAfterEach) {
    FaultyFileSystem files;
    std::vector<std::size_t> durable_bytes;
    const auto pause = [&](std::chrono::nanoseconds) {
        ASSERT_THAT(files.sync_directory("/log"), IsOk());
        const auto after = files.crash(io::testing::CrashKeeps::kNothing, 1);
        durable_bytes.push_back(after->bytes_of("/log/spare").size());
    };
    ASSERT_THAT(make_spare("/log", files, (256 << 10) + kBytes, pause), IsOk());
    EXPECT_EQ(durable_bytes,
              (std::vector<std::size_t>{128 << 10, 256 << 10, (256 << 10) + kBytes}));
    EXPECT_EQ(files.bytes_of("/log/spare"), std::string((256 << 10) + kBytes, '\0'));
}

TEST(Housekeeper, ReplacesALeftoverSpare) {
    FaultyFileSystem files;
    files.replace("/log/spare", "left over by a crash");
    Housekeeper housekeeper("/log", files, kBytes, [](auto, auto) {});
    ASSERT_THAT(housekeeper.take_spare(), IsOk());
    EXPECT_EQ(files.bytes_of("/log/spare"), std::string(kBytes, '\0'));
}

TEST(Housekeeper, FullDiskIsAnErrorThatGivesTheRoomBackAndPasses) {
    FaultyFileSystem files;
    Housekeeper housekeeper("/log", files, kBytes, [](auto, auto) {});
    files.set_fault(io::testing::Fault{.at_call = 2, .code = ErrorCode::kUnavailable});
    EXPECT_THAT(housekeeper.take_spare(), IsError(ErrorCode::kUnavailable));
    EXPECT_FALSE(files.exists("/log/spare").value());
    EXPECT_THAT(housekeeper.take_spare(), IsOk());
}

TEST(Housekeeper, NamesASpareDurably) {
    FaultyFileSystem files;
    auto spare = make_spare("/log", files, kBytes).value();
    SegmentHeader header;
    header.seq = 4;
    header.segment_bytes = kBytes;
    ASSERT_THAT(name_spare("/log", files, *spare, header), IsOk());
    auto after = files.crash(io::testing::CrashKeeps::kNothing, 1);
    const Directory directory = load_directory("/log", *after, {}).value();
    EXPECT_EQ(directory.segments.count(4), 1U);
    EXPECT_EQ(directory.segments.at(4).file_bytes, kBytes);
}

TEST(Housekeeper, FailedSidecarIsTriedAgainWithTheNextWork) {
    FaultyFileSystem files;
    {
        auto log = testing::open_log(files).value();
        ASSERT_THAT(testing::append_now(*log, testing::batch_of({"a"})), IsOk());
    }
    std::promise<std::uint64_t> sealed;
    Housekeeper housekeeper("/log", files, kBytes, [&sealed](std::uint64_t seq, TimestampUs) {
        sealed.set_value(seq);
    });
    const SegmentFile segment = load_directory("/log", files, {}).value().segments.at(1);
    files.set_fault(io::testing::Fault{.at_call = 1});
    housekeeper.seal(segment, 1);
    auto answer = sealed.get_future();
    EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    housekeeper.ask_spare();
    EXPECT_EQ(answer.get(), 1U);
}

}  // namespace
}  // namespace icelight::wal
