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

    FaultyFileSystem files_;
    SegmentFile segment_;
};

TEST_F(SidecarTest, HoldsTheFingerprintsOfTheRows) {
    ASSERT_THAT(make_sidecar(segment_, 4, files_), IsOk());
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
    ASSERT_THAT(make_sidecar(segment_, 4, files_), IsOk());
    EXPECT_THAT(load_sidecar("/log", 1, files_), IsOk());
}

TEST_F(SidecarTest, RefusesEveryFlippedBit) {
    ASSERT_THAT(make_sidecar(segment_, 4, files_), IsOk());
    std::string bytes = files_.bytes_of("/log/" + sidecar_name(1));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(decode_sidecar(bytes)) << bit;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
}

TEST_F(SidecarTest, IsNotMadeOfASegmentThatLacksRows) {
    EXPECT_THAT(make_sidecar(segment_, 5, files_), HasMessage("no valid record"));
}

}  // namespace
}  // namespace icelight::wal
