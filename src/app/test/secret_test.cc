#include "app/secret.h"

#include <gtest/gtest.h>

namespace icelight::app {
namespace {

TEST(Secret, IsLongRandomAndSaysWhatItIs) {
    const std::string one = make_secret(kWriteKeyPrefix);
    EXPECT_TRUE(one.starts_with("wk_"));
    EXPECT_EQ(one.size(), 43U);
    EXPECT_NE(one, make_secret(kWriteKeyPrefix));
    EXPECT_EQ(make_hint(one), one.substr(0, 8));
}

TEST(HashSecret, AgreesWithRfc4231) {
    // Test case 2, its key padded with zeros, which HMAC does to short keys.
    HashKey key{};
    key[0] = 'J';
    key[1] = 'e';
    key[2] = 'f';
    key[3] = 'e';
    EXPECT_EQ(encode_hex(hash_secret(key, "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(HashSecret, DependsOnTheKey) {
    const HashKey one = make_hash_key();
    const HashKey two = make_hash_key();
    EXPECT_TRUE(equal_constant_time(hash_secret(one, "s"), hash_secret(one, "s")));
    EXPECT_FALSE(equal_constant_time(hash_secret(one, "s"), hash_secret(two, "s")));
    EXPECT_FALSE(equal_constant_time(hash_secret(one, "s"), hash_secret(one, "t")));
}

TEST(Hex, ReadsBackWhatItWroteAndNothingElse) {
    const HashKey key = make_hash_key();
    HashKey back{};
    ASSERT_TRUE(decode_hex(encode_hex(key), back));
    EXPECT_EQ(back, key);
    EXPECT_FALSE(decode_hex("ab", back));
    EXPECT_FALSE(decode_hex(std::string(64, 'G'), back));
}

}  // namespace
}  // namespace icelight::app
