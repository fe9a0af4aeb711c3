#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <cstring>

namespace icelight {

Fingerprint make_fingerprint(const FingerprintKey& key,
                             std::string_view first,
                             std::string_view second) {
    // One buffer for the common short ids; `first` is length-prefixed so that pairs cannot run
    // together.
    std::array<char, 512> small;  // NOLINT: written before it is read
    const std::size_t total = sizeof(std::uint64_t) + first.size() + second.size();
    std::string large;
    char* at = small.data();
    if (total > small.size()) {
        large.resize(total);
        at = large.data();
    }
    const std::uint64_t first_bytes = first.size();
    std::memcpy(at, &first_bytes, sizeof(first_bytes));
    if (!first.empty()) std::memcpy(at + sizeof(first_bytes), first.data(), first.size());
    if (!second.empty())
        std::memcpy(at + sizeof(first_bytes) + first.size(), second.data(), second.size());
    auto hash = XXH3_128bits_withSecret(at, total, key.data(), key.size());
    return {hash.high64, hash.low64};
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(digest.size() * 2);
    for (unsigned char byte : digest) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

bool equal_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace icelight
