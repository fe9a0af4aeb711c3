#include "iceberg/murmur3.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace icelight::iceberg {
namespace {

std::int32_t hash_long(std::int64_t value) {
    std::string bytes;
    append_fixed(bytes, value);
    return static_cast<std::int32_t>(murmur3_32(bytes));
}

std::int32_t hash(std::string_view bytes) {
    return static_cast<std::int32_t>(murmur3_32(bytes));
}

// Iceberg spec, appendix B, "32-bit hash requirements".
TEST(Murmur3, AgreesWithTheVectorsOfTheSpec) {
    using namespace std::string_view_literals;
    EXPECT_EQ(hash_long(1), 1392991556);
    EXPECT_EQ(hash_long(34), 2017239379);
    EXPECT_EQ(hash("\x05\x8c"sv), -500754589);
    EXPECT_EQ(hash_long(17'486), -653330422);
    EXPECT_EQ(hash_long(81'068'000'000), -662762989);
    EXPECT_EQ(hash_long(1'510'871'468'000'000), -2047944441);
    EXPECT_EQ(hash_long(1'510'871'468'000'001), -1207196810);
    EXPECT_EQ(hash("iceberg"), 1210000089);
    EXPECT_EQ(hash("\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7"sv),
              1488055340);
    EXPECT_EQ(hash("\x00\x01\x02\x03"sv), -188683207);
}

TEST(Murmur3, TakesEveryTailLength) {
    EXPECT_EQ(hash(""), 0);
    EXPECT_NE(hash("a"), hash("ab"));
    EXPECT_NE(hash("abc"), hash("abcd"));
}

}  // namespace
}  // namespace icelight::iceberg
