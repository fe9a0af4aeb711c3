#include "base/crc32c.h"

#include <string>

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

}  // namespace
}  // namespace icelight
