// Any bytes in every coding: no more than the limit comes out, and what ends is whole.
#include <string_view>

#include "base/check.h"
#include "server/inflate.h"

namespace icelight::server {
namespace {

constexpr InflateLimits kLimits{
    .bytes_max = 1 << 20, .ratio_max = 100, .ratio_free_bytes = 64 << 10};
constexpr std::size_t kPadding = 64;

void check(std::string_view body, Encoding encoding) {
    const auto inflated = inflate(body, encoding, kLimits, kPadding);
    if (inflated) {
        ICE_CHECK(inflated->size() <= kLimits.bytes_max, "more than the limit");
        ICE_CHECK(inflated->capacity() >= inflated->size() + kPadding, "no room for padding");
        return;
    }
    const bool is_known = inflated.error().code == ErrorCode::kInvalidArgument ||
                          inflated.error().code == ErrorCode::kTooLarge;
    ICE_CHECK(is_known, "an error of another kind");
}

}  // namespace
}  // namespace icelight::server

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer looks for this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
    using icelight::server::Encoding;
    const std::string_view body(reinterpret_cast<const char*>(data), bytes);
    icelight::server::find_body_encoding(body, "br");
    for (const Encoding encoding :
         {Encoding::kGzip, Encoding::kDeflate, Encoding::kBrotli, Encoding::kZstd})
        icelight::server::check(body, encoding);
    return 0;
}
