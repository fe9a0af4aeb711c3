#pragma once

#include <cstdint>
#include <string_view>

namespace icelight {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, continuing from `seed` (0 to begin).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace icelight
