#pragma once

#include <string>
#include <string_view>

/// Bodies as compressing clients send them.
namespace icelight::server::testing {

std::string gzip(std::string_view text);
std::string zlib(std::string_view text);
std::string raw_deflate(std::string_view text);

}  // namespace icelight::server::testing
