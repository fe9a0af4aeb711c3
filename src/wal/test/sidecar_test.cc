#include "wal/sidecar.h"

#include <gtest/gtest.h>

#include "wal/test/log_harness.h"

namespace icelight::wal {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using io::testing::FaultyFileSystem;
using testing::append_now;
using testing::batch_of;
using testing::open_log;

std::map<std::uint64_t, Fingerprint> rows_of(const Sidecar& sidecar) {
    std::map<std::uint64_t, Fingerprint> rows;
    for_each_row(sidecar, [&rows](const Fingerprint& fingerprint, auto offset, TimestampUs) {
        rows[offset] = fingerprint;
    });
    return rows;
}

class SidecarTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto log = open_log(files_).value();
        ASSERT_THAT(append_now(*log, batch_of({"a", "b"}, {"bad"})), IsOk());
        ASSERT_THAT(append_now(*log, batch_of({"c"})), IsOk());
        segment_ = load_directory("/log", files_, {}).value().segments.at(1);
    }

    Result<> store(std::uint64_t end_offset) {
        ICE_ASSIGN(const Sidecar sidecar, read_sidecar(segment_, end_offset, files_));
        return store_sidecar("/log", sidecar, files_);
    }

    FaultyFileSystem files_;
    SegmentFile segment_;
};

TEST_F(SidecarTest, HoldsTheFingerprintsOfTheRows) {
    ASSERT_THAT(store(4), IsOk());
    const auto sidecar = load_sidecar("/log", 1, files_);
    ASSERT_THAT(sidecar, IsOk());
    EXPECT_EQ(sidecar->count, 3U);
    EXPECT_EQ(sidecar->end_offset, 4U);
    EXPECT_GT(sidecar->newest_us, 0);
    EXPECT_EQ(rows_of(*sidecar),
              (std::map<std::uint64_t, Fingerprint>{{0, testing::fingerprint_of("a")},
                                                    {1, testing::fingerprint_of("b")},
                                                    {3, testing::fingerprint_of("c")}}));
}

TEST_F(SidecarTest, ReplacesALeftover) {
    files_.replace("/log/" + sidecar_name(1), "half");
    EXPECT_THAT(load_sidecar("/log", 1, files_), IsError(ErrorCode::kCorruption));
    ASSERT_THAT(store(4), IsOk());
    EXPECT_THAT(load_sidecar("/log", 1, files_), IsOk());
}

TEST_F(SidecarTest, RefusesEveryFlippedBit) {
    ASSERT_THAT(store(4), IsOk());
    std::string bytes = files_.bytes_of("/log/" + sidecar_name(1));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(decode_sidecar(bytes)) << bit;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
}

TEST_F(SidecarTest, IsNotMadeOfASegmentThatLacksRows) {
    EXPECT_THAT(store(5), HasMessage("no valid record"));
}

/// The log keeps the fingerprints as it writes, where it can: that must be what it would read.
TEST(LogSidecars, GatheredWhileWritingEqualTheOnesReadFromTheSegment) {
    FaultyFileSystem files;
    std::uint64_t next = 0;
    for (const bool is_first_start : {true, false}) {
        // The second start takes over a segment that it did not write from its beginning.
        auto log = open_log(files).value();
        for (int batch = 0; batch < 30; ++batch) {
            const std::string text = std::to_string(next / 2) + std::string(200, 'x');
            const auto rejects =
                batch % 3 == 0 ? std::vector<std::string>{"bad"} : std::vector<std::string>{};
            ASSERT_THAT(append_now(*log, batch_of({text, text + "y"}, rejects)), IsOk());
            ++next;  // Every second batch holds duplicates alone.
        }
        ASSERT_GT(log->durable_offset(), is_first_start ? 30U : 60U);
        testing::wait_until_idle(files);
    }
    const Directory directory = load_directory("/log", files, {}).value();
    ASSERT_GT(directory.segments.size(), 3U);
    for (auto at = directory.segments.begin(); std::next(at) != directory.segments.end(); ++at) {
        const std::uint64_t end = std::next(at)->second.header.first_offset;
        const auto read = read_sidecar(at->second, end, files);
        ASSERT_THAT(read, IsOk());
        EXPECT_EQ(files.bytes_of("/log/" + sidecar_name(at->first)), encode_sidecar(*read))
            << at->first;
    }
}

}  // namespace
}  // namespace icelight::wal
