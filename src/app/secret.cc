#include "app/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "base/ids.h"

namespace icelight::app {
namespace {

constexpr std::size_t kBlockBytes = 64;  ///< Of SHA-256.
constexpr std::size_t kSecretBytes = 20;
constexpr std::size_t kHintBytes = 8;
constexpr std::string_view kDigits = "0123456789abcdef";

std::string hex_of(const unsigned char* bytes, std::size_t count) {
    std::string text;
    text.reserve(count * 2);
    for (std::size_t i = 0; i < count; ++i) {
        text.push_back(kDigits[bytes[i] >> 4U]);
        text.push_back(kDigits[bytes[i] & 15U]);
    }
    return text;
}

using Block = std::array<unsigned char, kBlockBytes>;

Block padded(const HashKey& key, unsigned char pad) {
    Block block{};
    std::copy(key.begin(), key.end(), block.begin());
    for (auto& byte : block)
        byte ^= pad;
    return block;
}

/// SHA-256 of a block and a text. The algorithm is looked up once and each thread keeps its state:
/// doing both anew costs more than the hash.
SecretHash hash_block_and(const Block& block, const void* text, std::size_t bytes) {
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);

    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };

    thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    SecretHash hash{};
    unsigned int size = 0;
    const bool is_done = EVP_DigestInit_ex2(context.get(), sha256, nullptr) == 1 &&
                         EVP_DigestUpdate(context.get(), block.data(), block.size()) == 1 &&
                         EVP_DigestUpdate(context.get(), text, bytes) == 1 &&
                         EVP_DigestFinal_ex(context.get(), hash.data(), &size) == 1;
    ICE_CHECK(is_done && size == hash.size(), "SHA-256 refused");
    return hash;
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

std::string make_secret(std::string_view prefix) {
    std::array<unsigned char, kSecretBytes> bytes{};
    fill_random(bytes.data(), bytes.size());
    return std::string(prefix) + hex_of(bytes.data(), bytes.size());
}

std::string make_hint(std::string_view secret) {
    return std::string(secret.substr(0, kHintBytes));
}

SecretHash hash_secret(const HashKey& key, std::string_view secret) {
    const SecretHash inner = hash_block_and(padded(key, 0x36), secret.data(), secret.size());
    return hash_block_and(padded(key, 0x5c), inner.data(), inner.size());
}

bool equal_constant_time(const SecretHash& left, const SecretHash& right) {
    return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string encode_hex(const std::array<unsigned char, 32>& bytes) {
    return hex_of(bytes.data(), bytes.size());
}

bool decode_hex(std::string_view text, std::array<unsigned char, 32>& bytes) {
    if (text.size() != bytes.size() * 2) return false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = digit_value(text[2 * i]);
        const int low = digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes.at(i) = static_cast<unsigned char>(high << 4 | low);
    }
    return true;
}

HashKey make_hash_key() {
    HashKey key{};
    fill_random(key.data(), key.size());
    return key;
}

}  // namespace icelight::app
