#include "wal/identity.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "io/testing/faulty_file_system.h"

namespace icelight::wal {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using io::testing::CrashKeeps;
using io::testing::FaultyFileSystem;

Identity sample() {
    Identity identity;
    identity.log_uuid.bytes.fill(1);
    identity.parent_uuid.bytes.fill(2);
    identity.start_offset = 77;
    identity.secret.fill(9);
    return identity;
}

TEST(LogIdentity, RoundTripsIn248Bytes) {
    const std::string bytes = encode_identity(sample());
    EXPECT_EQ(bytes.size(), 248U);
    const auto decoded = decode_identity(bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->log_uuid, sample().log_uuid);
    EXPECT_EQ(decoded->parent_uuid, sample().parent_uuid);
    EXPECT_EQ(decoded->start_offset, 77U);
    EXPECT_EQ(decoded->secret, sample().secret);
}

TEST(LogIdentity, RefusesEveryFlippedBitAndEveryCut) {
    std::string bytes = encode_identity(sample());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(decode_identity(bytes)) << bit;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_THAT(decode_identity(bytes.substr(0, length)), IsError(ErrorCode::kCorruption));
}

TEST(LogIdentity, AppearsWholeOrNotAtAll) {
    for (std::uint64_t call = 1; call <= 6; ++call) {
        FaultyFileSystem files(call);
        files.set_fault(io::testing::Fault{.at_call = call, .is_for_ever = true});
        const auto stored = store_identity("/log", files, sample());
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            auto after = files.crash(CrashKeeps::kSomeSectors, seed);
            const auto loaded = load_identity("/log", *after);
            EXPECT_TRUE(loaded || loaded.error().code == ErrorCode::kNotFound);
            if (stored) {
                EXPECT_THAT(loaded, IsOk());
            }
            EXPECT_THAT(store_identity("/log", *after, sample()), IsOk());
        }
    }
}

}  // namespace
}  // namespace icelight::wal
