#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace icelight::iceberg {

/// Raw deflate (RFC 1951), as Avro's "deflate" codec has it.
std::string deflate_block(std::string_view bytes);

/// Undoes codec "deflate" or "zstandard".
/// @error kCorruption   bad data, or more than `bytes_max` come out.
/// @error kUnsupported  another codec.
Result<std::string> inflate_block(std::string_view codec,
                                  std::string_view bytes,
                                  std::size_t bytes_max);

}  // namespace icelight::iceberg
