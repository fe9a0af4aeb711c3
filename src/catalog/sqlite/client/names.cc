#include "catalog/sqlite/client/names.h"

#include <algorithm>

#include <fmt/format.h>

namespace icelight::catalog::sqlite {

namespace {

constexpr std::size_t kNameBytesMax = 200;  // a file name holds 255

}  // namespace

Result<> check_name(const std::string& name) {
    const bool is_plain = std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == '/' || c == 0x7f;
    });
    if (is_plain && !name.empty() && name.size() <= kNameBytesMax && name != "." && name != "..") {
        return {};
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("not a name: '{}' (1 to {} bytes, no '/', no control characters)",
                            is_plain ? name.substr(0, kNameBytesMax) : "",
                            kNameBytesMax));
}

}  // namespace icelight::catalog::sqlite
