#pragma once

#include <array>
#include <string>
#include <string_view>

namespace icelight::app {

/// Keys the hashes of secrets: one for each app.db, random, never shown.
using HashKey = std::array<unsigned char, 32>;

/// What is kept of a write key or token. Without the HashKey it cannot be tested against guesses.
using SecretHash = std::array<unsigned char, 32>;

inline constexpr std::string_view kWriteKeyPrefix = "wk_";
inline constexpr std::string_view kTokenPrefix = "tk_";

/// `prefix` and 160 random bits as lower-case hex: fit for URLs, headers and Basic user names.
std::string make_secret(std::string_view prefix);

/// Its first characters, enough to recognise it in a list and far too few to use it.
std::string make_hint(std::string_view secret);

/// HMAC-SHA256 (RFC 2104, FIPS 180-4). @cost about 1 us for secrets of ordinary length.
SecretHash hash_secret(const HashKey& key, std::string_view secret);

/// Takes the same time wherever they differ.
bool equal_constant_time(const SecretHash& left, const SecretHash& right);

/// 32 bytes as 64 lower-case hex digits and back; the second is false for other text.
std::string encode_hex(const std::array<unsigned char, 32>& bytes);
bool decode_hex(std::string_view text, std::array<unsigned char, 32>& bytes);

HashKey make_hash_key();

}  // namespace icelight::app
