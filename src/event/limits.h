#pragma once

#include <cstddef>
#include <cstdint>

/// What one request may ask of the parser.
namespace icelight::event {

inline constexpr std::size_t kBatchEventsMax = 10'000;
inline constexpr std::size_t kEventBytesMax = 512u << 10;  ///< As sent, and as merged.
/// Containers inside one another; the event object itself is the first.
inline constexpr std::uint32_t kEventDepthMax = 64;
inline constexpr std::size_t kMessageIdBytesMax = 256;
inline constexpr std::size_t kWriteKeyBytesMax = 256;  ///< Longer: as if there were none.
inline constexpr std::size_t kRejectRawBytesMax = 64u << 10;
/// The batch's context and integrations are copied into each event: what all copies of one
/// request may come to.
inline constexpr std::size_t kEnvelopeCopiesBytesMax = 16u << 20;
/// Parse buffers beyond this are given back after the request that needed them.
inline constexpr std::size_t kKeptIndexBytesMax = 1u << 20;

}  // namespace icelight::event
