#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace icelight::server {

struct InflateLimits {
    std::size_t bytes_max = 16u << 20;  ///< Of the inflated body.
    /// Inflated bytes for each compressed byte. Deflate cannot pass 1032; real JSON stays below
    /// 100.
    std::size_t ratio_max = 400;
    std::size_t ratio_free_bytes = 1u << 20;  ///< Below this size the ratio is not looked at.
};

/// Does the body begin with gzip's magic bytes (RFC 1952)?
bool is_gzip(std::string_view body);

/// Inflates a whole gzip body (one or more members).
///
/// @param padding_bytes  spare capacity the result gets behind its end (the parser wants some).
/// @error kInvalidArgument  not gzip, truncated, damaged, or bytes after its end.
/// @error kTooLarge         over a limit; memory stays within bytes_max.
Result<std::string> inflate_gzip(std::string_view body,
                                 const InflateLimits& limits,
                                 std::size_t padding_bytes);

}  // namespace icelight::server
