#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace icelight {

/// 128 bits that stand for a row's identity. Equal input and key give equal fingerprints.
struct Fingerprint {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// Keys the fingerprints of one log, so that clients cannot aim collisions at it (192 bytes,
/// random, secret).
using FingerprintKey = std::array<unsigned char, 192>;

/// XXH3-128 of `first`, a separator and `second`, with `key` as XXH3's secret.
Fingerprint make_fingerprint(const FingerprintKey& key,
                             std::string_view first,
                             std::string_view second);

/// Lower-case hex of SHA-256 (FIPS 180-4).
std::string sha256_hex(std::string_view bytes);

/// True when both are equal; takes the same time wherever they differ (lengths may leak).
bool equal_constant_time(std::string_view left, std::string_view right);

}  // namespace icelight
