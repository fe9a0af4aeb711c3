#include "base/hash.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace icelight {
namespace {

TEST(Sha256, AgreesWithTheVectorsOfFips180) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Fingerprint, DependsOnKeyAndOnWhereTheTwoPartsMeet) {
    FingerprintKey one{};
    FingerprintKey two{};
    fill_random(one.data(), one.size());
    fill_random(two.data(), two.size());
    EXPECT_EQ(make_fingerprint(one, "ab", "c"), make_fingerprint(one, "ab", "c"));
    EXPECT_NE(make_fingerprint(one, "ab", "c"), make_fingerprint(one, "a", "bc"));
    EXPECT_NE(make_fingerprint(one, "ab", "c"), make_fingerprint(two, "ab", "c"));
    EXPECT_NE(make_fingerprint(one, "", std::string(600, 'x')),
              make_fingerprint(one, "", std::string(601, 'x')));
}

TEST(EqualConstantTime, ComparesContentAndLength) {
    EXPECT_TRUE(equal_constant_time("secret", "secret"));
    EXPECT_FALSE(equal_constant_time("secret", "secreT"));
    EXPECT_FALSE(equal_constant_time("secret", "secret "));
}

}  // namespace
}  // namespace icelight
