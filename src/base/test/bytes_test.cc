#include "base/bytes.h"

#include <limits>

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(ByteReader, ReadsBackEveryKindThatWasAppended) {
    std::string bytes;
    append_fixed<std::uint32_t>(bytes, 0xdeadbeef);
    append_varint(bytes, 0);
    append_varint(bytes, 127);
    append_varint(bytes, 128);
    append_varint(bytes, std::numeric_limits<std::uint64_t>::max());
    append_sized(bytes, "hello");
    ByteReader reader(bytes);
    EXPECT_EQ(reader.fixed<std::uint32_t>(), 0xdeadbeef);
    EXPECT_EQ(reader.varint(), 0U);
    EXPECT_EQ(reader.varint(), 127U);
    EXPECT_EQ(reader.varint(), 128U);
    EXPECT_EQ(reader.varint(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(reader.sized(), "hello");
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.remaining(), 0U);
}

TEST(ByteReader, FailsForGoodAfterAShortRead) {
    ByteReader reader(
        std::string_view("\x05"
                         "ab",
                         3));
    EXPECT_EQ(reader.sized(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.varint(), 0U);
    EXPECT_EQ(reader.bytes(1), "");
    EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, RefusesAVarintWithoutEnd) {
    ByteReader reader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    EXPECT_EQ(reader.varint(), 0U);
    EXPECT_FALSE(reader.ok());
}

TEST(Zigzag, KeepsSmallMagnitudesSmallAndRoundTrips) {
    EXPECT_EQ(zigzag(-1), 1U);
    EXPECT_EQ(zigzag(1), 2U);
    for (std::int64_t value : {std::int64_t{0},
                               std::int64_t{-5},
                               std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(unzigzag(zigzag(value)), value);
    }
}

}  // namespace
}  // namespace icelight
