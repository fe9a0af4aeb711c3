#include "base/crc32c.h"

#include <nmmintrin.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace icelight {
namespace {

// One crc32 instruction takes three cycles and depends on the one before it, but a new one can
// begin each cycle. So long inputs go in three lanes side by side, which are joined afterwards.
constexpr std::size_t kLaneBytes = 1024;
constexpr std::size_t kLanes = 3;
constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli, bits reversed.

/// table[k][n]: what a register that holds only n, in its byte k, becomes after a lane of zeros.
/// Checksums are linear: a whole register is the XOR of its four bytes' entries.
using LaneTable = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr std::uint32_t after_zero_lane(std::uint32_t crc) {
    for (std::size_t bit = 0; bit < kLaneBytes * 8; ++bit)
        crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    return crc;
}

constexpr LaneTable make_lane_table() {
    LaneTable table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        for (unsigned bit = 0; bit < 8; ++bit)
            table[byte][1u << bit] = after_zero_lane(1u << (8 * byte + bit));
        for (unsigned n = 1; n < 256; ++n) {
            const unsigned lowest = n & (0u - n);
            table[byte][n] = table[byte][n ^ lowest] ^ table[byte][lowest];
        }
    }
    return table;
}

constexpr LaneTable kLaneTable = make_lane_table();

std::uint32_t skip_lane(std::uint32_t crc) {
    return kLaneTable[0][crc & 0xff] ^ kLaneTable[1][(crc >> 8) & 0xff] ^
           kLaneTable[2][(crc >> 16) & 0xff] ^ kLaneTable[3][crc >> 24];
}

inline std::uint64_t word_at(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

std::uint32_t add_lanes(std::uint32_t crc, const char* at) {
    std::uint64_t first = crc;
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (const char* const end = at + kLaneBytes; at < end; at += sizeof(std::uint64_t)) {
        first = _mm_crc32_u64(first, word_at(at));
        second = _mm_crc32_u64(second, word_at(at + kLaneBytes));
        third = _mm_crc32_u64(third, word_at(at + 2 * kLaneBytes));
    }
    const auto joined = skip_lane(static_cast<std::uint32_t>(first)) ^ second;
    return skip_lane(static_cast<std::uint32_t>(joined)) ^ static_cast<std::uint32_t>(third);
}

}  // namespace

// x86-64-v2, the project's floor, has SSE4.2: no software fallback is needed.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
    std::uint32_t lanes = ~seed;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= kLanes * kLaneBytes; left -= kLanes * kLaneBytes, at += kLanes * kLaneBytes)
        lanes = add_lanes(lanes, at);
    std::uint64_t crc = lanes;
    for (; left >= 8; left -= 8, at += 8)
        crc = _mm_crc32_u64(crc, word_at(at));
    auto narrow = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++at) {
        narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*at));
    }
    return ~narrow;
}

}  // namespace icelight
