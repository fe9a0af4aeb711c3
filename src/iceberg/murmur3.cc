#include "iceberg/murmur3.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace icelight::iceberg {

namespace {

std::uint32_t scramble(std::uint32_t block) {
    return std::rotl(block * 0xcc9e2d51U, 15) * 0x1b873593U;
}

}  // namespace

std::uint32_t murmur3_32(std::string_view bytes) {
    std::uint32_t hash = 0;
    auto rest = bytes;
    for (; rest.size() >= 4; rest.remove_prefix(4)) {
        std::uint32_t block = 0;
        std::memcpy(&block, rest.data(), 4);
        hash = std::rotl(hash ^ scramble(block), 13) * 5 + 0xe6546b64U;
    }
    if (!rest.empty()) {
        std::uint32_t block = 0;
        std::memcpy(&block, rest.data(), rest.size());
        hash ^= scramble(block);
    }
    hash ^= static_cast<std::uint32_t>(bytes.size());
    hash = (hash ^ (hash >> 16)) * 0x85ebca6bU;
    hash = (hash ^ (hash >> 13)) * 0xc2b2ae35U;
    return hash ^ (hash >> 16);
}

}  // namespace icelight::iceberg
