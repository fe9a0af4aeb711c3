#pragma once

#include <cstdint>
#include <string_view>

namespace icelight::iceberg {

/// Murmur3, x86 variant, 32 bits, seed 0 (spec, appendix B): the hash of bucket transforms.
std::uint32_t murmur3_32(std::string_view bytes);

}  // namespace icelight::iceberg
