#include "base/crc32c.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace icelight {
namespace {

// Vectors of RFC 3720, appendix B.4.
TEST(Crc32c, AgreesWithTheVectorsOfRfc3720) {
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
    std::string ascending;
    for (int i = 0; i < 32; ++i)
        ascending.push_back(static_cast<char>(i));
    EXPECT_EQ(crc32c(ascending), 0x46dd794eU);
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
}

TEST(Crc32c, ContinuesFromASeed) {
    const std::string text = "the quick brown fox";
    EXPECT_EQ(crc32c(text.substr(7), crc32c(text.substr(0, 7))), crc32c(text));
}

// Long inputs go another way than short ones; what is short is shown by the vectors.
TEST(Crc32c, IsTheSameForAnInputAsAWholeAndInShortParts) {
    std::string bytes;
    for (std::uint32_t i = 0; i < 20'000; ++i)
        bytes.push_back(static_cast<char>((i * 2'654'435'761u) >> 24));
    for (const std::size_t length : {3'071u, 3'072u, 3'073u, 6'143u, 6'144u, 9'999u, 20'000u}) {
        const std::string_view whole = std::string_view(bytes).substr(0, length);
        std::uint32_t in_parts = 7;
        for (std::size_t at = 0; at < length; at += 100)
            in_parts = crc32c(whole.substr(at, 100), in_parts);
        EXPECT_EQ(crc32c(whole, 7), in_parts) << length;
    }
}

}  // namespace
}  // namespace icelight
