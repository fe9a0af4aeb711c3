#include "base/crc32c.h"

#include <nmmintrin.h>

#include <cstring>

namespace icelight {

// x86-64-v2, the project's floor, has SSE4.2: no software fallback is needed.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
    std::uint64_t crc = ~seed;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof(word));
        crc = _mm_crc32_u64(crc, word);
    }
    auto narrow = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++at) {
        narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*at));
    }
    return ~narrow;
}

}  // namespace icelight
