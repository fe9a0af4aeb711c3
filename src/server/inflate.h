#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/decoder.h"

namespace icelight::server {

struct InflateLimits {
    std::size_t bytes_max = 16u << 20;  ///< Of the inflated body.
    /// Inflated bytes for each compressed byte read so far. Real JSON stays below 100; deflate
    /// cannot pass 1032, the others can pass anything.
    std::size_t ratio_max = 400;
    std::size_t ratio_free_bytes = 1u << 20;  ///< Below this size the ratio is not looked at.
};

/// The coding that a Content-Encoding header names, any case; empty: none that is spoken here.
std::optional<Encoding> find_encoding(std::string_view header);

/// How to read a body: by its first bytes, since SDKs and proxies mislabel bodies either way. Only
/// brotli and raw deflate, which have no mark, are taken from the header.
Encoding find_body_encoding(std::string_view body, std::string_view header);

/// Inflates a whole body (of gzip and zstd one or more members).
///
/// @param padding_bytes  spare capacity the result gets behind its end (the parser wants some).
/// @error kInvalidArgument  not that coding, truncated, damaged, or bytes after its end.
/// @error kTooLarge         over a limit; memory stays within bytes_max and a window.
/// @error kUnavailable      no memory.
Result<std::string> inflate(std::string_view body,
                            Encoding encoding,
                            const InflateLimits& limits,
                            std::size_t padding_bytes);

}  // namespace icelight::server
