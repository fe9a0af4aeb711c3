#include "server/inflate.h"

#include <zlib.h>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

std::string gzip(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string noise(std::size_t bytes) {
    std::string text(bytes, '\0');
    unsigned state = 1;
    for (char& c : text) {
        state = state * 1664525 + 1013904223;
        c = static_cast<char>(state >> 24);
    }
    return text;
}

TEST(InflateGzip, RoundTripsAnySize) {
    for (const std::size_t bytes :
         {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{3'000'000}}) {
        const std::string text = noise(bytes);
        auto out = inflate_gzip(gzip(text), {}, 64);
        ASSERT_THAT(out, IsOk());
        EXPECT_EQ(*out, text);
        EXPECT_GE(out->capacity(), bytes + 64);
    }
}

TEST(InflateGzip, ReadsSeveralMembers) {
    auto out = inflate_gzip(gzip("abc") + gzip("def"), {}, 0);
    ASSERT_THAT(out, IsOk());
    EXPECT_EQ(*out, "abcdef");
}

TEST(InflateGzip, EveryTruncationIsAnError) {
    const std::string whole = gzip(noise(500));
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        EXPECT_THAT(inflate_gzip(whole.substr(0, bytes), {}, 0),
                    IsError(ErrorCode::kInvalidArgument))
            << bytes;
    }
}

TEST(InflateGzip, DamageAndTrailingBytesAreErrors) {
    std::string damaged = gzip(noise(500));
    damaged[damaged.size() - 5] ^= 1;
    EXPECT_THAT(inflate_gzip(damaged, {}, 0), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(inflate_gzip(gzip("abc") + "x", {}, 0), HasMessage("bytes after its end"));
    EXPECT_THAT(inflate_gzip("{\"batch\":[]}", {}, 0), IsError(ErrorCode::kInvalidArgument));
}

TEST(InflateGzip, TheSizeLimitIsExact) {
    const std::string text = noise(100'000);
    EXPECT_THAT(inflate_gzip(gzip(text), {.bytes_max = 100'000}, 0), IsOk());
    EXPECT_THAT(inflate_gzip(gzip(text), {.bytes_max = 99'999}, 0), IsError(ErrorCode::kTooLarge));
}

TEST(InflateGzip, ABombIsRefused) {
    EXPECT_THAT(inflate_gzip(gzip(std::string(20 << 20, ' ')), {}, 0),
                IsError(ErrorCode::kTooLarge));
    // Within the size limit, but no honest body shrinks a thousandfold.
    EXPECT_THAT(inflate_gzip(gzip(std::string(8 << 20, ' ')), {}, 0),
                IsError(ErrorCode::kTooLarge));
    EXPECT_THAT(inflate_gzip(gzip(std::string(512 << 10, ' ')), {}, 0), IsOk());
}

}  // namespace
}  // namespace icelight::server
