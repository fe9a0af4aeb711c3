#pragma once

#include <string>
#include <string_view>

namespace icelight {

/// `text` with A to Z made small; other bytes, UTF-8 among them, stay.
std::string lower_case(std::string_view text);

}  // namespace icelight
