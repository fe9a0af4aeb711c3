#pragma once

#include <string>
#include <string_view>

/// zlib as bare as it comes: what compressing clients do, and what gunzip alone costs.
namespace icelight::bench {

/// Level 6, as SDKs have it.
std::string gzip(std::string_view text);

/// Inflates `body` into `room`, which must hold all of it. @return the bytes of the text.
std::size_t gunzip(std::string_view body, std::string& room);

}  // namespace icelight::bench
