// Any bytes in every coding: no more than the limit comes out, and what ends is whole.
#include <string_view>

#include "base/check.h"
#include "server/inflate.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer looks for this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
    using namespace icelight::server;  // NOLINT(google-build-using-namespace): one function
    constexpr InflateLimits kLimits{
        .bytes_max = 1 << 20, .ratio_max = 100, .ratio_free_bytes = 64 << 10};
    constexpr std::size_t kPadding = 64;
    const std::string_view body(reinterpret_cast<const char*>(data), bytes);
    find_body_encoding(body, "br");
    for (const Encoding encoding :
         {Encoding::kGzip, Encoding::kDeflate, Encoding::kBrotli, Encoding::kZstd}) {
        const auto inflated = inflate(body, encoding, kLimits, kPadding);
        if (!inflated) {
            const auto code = inflated.error().code;
            ICE_CHECK(code == icelight::ErrorCode::kInvalidArgument ||
                          code == icelight::ErrorCode::kTooLarge,
                      "an error of another kind");
            continue;
        }
        ICE_CHECK(inflated->size() <= kLimits.bytes_max, "more than the limit");
        ICE_CHECK(inflated->capacity() >= inflated->size() + kPadding, "no room for padding");
    }
    return 0;
}
