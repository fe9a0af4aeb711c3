#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

/// Frames over a stream socket between the server and its worker processes:
/// {u32 payload length, u8 type, payload}. The types belong to the protocol of each worker.
namespace icelight {

inline constexpr std::size_t kFrameHeaderBytes = 5;
inline constexpr std::size_t kFrameBytesMax =
    64u << 20;  ///< A worker may be taken over: never trust its lengths.

struct Frame {
    std::uint8_t type = 0;
    std::string payload;
};

/// The five header bytes of a frame, for those who write payloads themselves.
std::string encode_frame_header(std::uint8_t type, std::size_t payload_bytes);

/// Writes a whole frame, waiting with poll(2).
///
/// @error kUnavailable  the peer is gone.
/// @error kTimeout      `deadline` passed; the stream is then unusable.
Result<> write_frame(int fd, std::uint8_t type, std::string_view payload, Deadline deadline);

/// Reads a whole frame.
///
/// @error kUnavailable  the peer closed or died.
/// @error kTimeout      `deadline` passed; the stream is then unusable.
/// @error kTooLarge     the peer announced more than `payload_bytes_max`.
Result<Frame> read_frame(int fd, Deadline deadline, std::size_t payload_bytes_max = kFrameBytesMax);

}  // namespace icelight
