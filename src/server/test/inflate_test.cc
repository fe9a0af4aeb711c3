#include "server/inflate.h"

#include <brotli/encode.h>
#include <zstd.h>

#include <array>
#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "server/testing/compressed.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::gzip;
using testing::raw_deflate;
using testing::zlib;

std::string brotli(std::string_view text) {
    std::string out(BrotliEncoderMaxCompressedSize(text.size()) + 64, '\0');
    std::size_t bytes = out.size();
    EXPECT_EQ(BrotliEncoderCompress(5,
                                    BROTLI_DEFAULT_WINDOW,
                                    BROTLI_MODE_GENERIC,
                                    text.size(),
                                    reinterpret_cast<const std::uint8_t*>(text.data()),
                                    &bytes,
                                    reinterpret_cast<std::uint8_t*>(out.data())),
              BROTLI_TRUE);
    out.resize(bytes);
    return out;
}

std::string zstd(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
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

struct Coding {
    const char* name;
    Encoding encoding;
    std::string (*compress)(std::string_view);
    bool has_check;    ///< Damage is always found.
    bool has_members;  ///< Several streams may stand in a row.
};

constexpr std::array kCodings = {
    Coding{"gzip", Encoding::kGzip, gzip, true, true},
    Coding{"zlib", Encoding::kDeflate, zlib, true, false},
    Coding{"raw deflate", Encoding::kDeflate, raw_deflate, false, false},
    Coding{"brotli", Encoding::kBrotli, brotli, false, false},
    Coding{"zstd", Encoding::kZstd, zstd, false, true},
};

TEST(Inflate, RoundTripsAnySizeInEveryCoding) {
    for (const Coding& coding : kCodings) {
        for (const std::size_t bytes :
             {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{3'000'000}}) {
            const std::string text = noise(bytes);
            auto out = inflate(coding.compress(text), coding.encoding, {}, 64);
            ASSERT_THAT(out, IsOk()) << coding.name << bytes;
            EXPECT_EQ(*out, text);
            EXPECT_GE(out->capacity(), bytes + 64);
        }
    }
}

TEST(Inflate, ReadsSeveralMembersWhereTheFormatHasThem) {
    for (const Coding& coding : kCodings) {
        const auto out =
            inflate(coding.compress("abc") + coding.compress("def"), coding.encoding, {}, 0);
        if (coding.has_members) {
            ASSERT_THAT(out, IsOk()) << coding.name;
            EXPECT_EQ(*out, "abcdef");
        } else {
            EXPECT_THAT(out, HasMessage("bytes after its end")) << coding.name;
        }
    }
}

TEST(Inflate, SkipsWhatAGzipHeaderMayHold) {
    constexpr std::size_t kHeaderBytes = 10;
    std::string body = gzip("abc");
    body[3] = 4 | 8 | 16;  // FEXTRA, FNAME, FCOMMENT
    body.insert(kHeaderBytes, std::string("\x03\0xyz", 5) + std::string("name\0comment\0", 13));
    const auto out = inflate(body, Encoding::kGzip, {}, 0);
    ASSERT_THAT(out, IsOk());
    EXPECT_EQ(*out, "abc");
}

TEST(Inflate, TheLengthThatGzipSaysIsOnlyAHint) {
    const std::string text = noise(100'000);
    for (const std::uint32_t said : {0U, 1U, 99'999U, 100'001U, 1'000'000U, 0xffffffffU}) {
        std::string body = gzip(text);
        std::memcpy(body.data() + body.size() - sizeof(said), &said, sizeof(said));
        EXPECT_THAT(inflate(body, Encoding::kGzip, {}, 0), IsError(ErrorCode::kInvalidArgument));
    }
    const auto two = inflate(gzip(text) + gzip("x"), Encoding::kGzip, {}, 64);
    ASSERT_THAT(two, IsOk());
    EXPECT_EQ(*two, text + "x");
}

TEST(Inflate, EveryTruncationIsAnError) {
    for (const Coding& coding : kCodings) {
        const std::string whole = coding.compress(noise(500));
        for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
            EXPECT_THAT(inflate(whole.substr(0, bytes), coding.encoding, {}, 0),
                        IsError(ErrorCode::kInvalidArgument))
                << coding.name << bytes;
        }
    }
}

TEST(Inflate, DamageAndTrailingBytesAreErrors) {
    for (const Coding& coding : kCodings) {
        std::string damaged = coding.compress(noise(500));
        damaged[damaged.size() - 5] ^= 1;
        if (coding.has_check) {
            EXPECT_THAT(inflate(damaged, coding.encoding, {}, 0),
                        IsError(ErrorCode::kInvalidArgument))
                << coding.name;
        }
        EXPECT_THAT(inflate(coding.compress("abc") + "x", coding.encoding, {}, 0),
                    HasMessage("bytes after its end"))
            << coding.name;
    }
    EXPECT_THAT(inflate("{\"batch\":[]}", Encoding::kGzip, {}, 0),
                IsError(ErrorCode::kInvalidArgument));
}

TEST(Inflate, TheSizeLimitIsExact) {
    const std::string text = noise(100'000);
    for (const Coding& coding : kCodings) {
        const std::string body = coding.compress(text);
        EXPECT_THAT(inflate(body, coding.encoding, {.bytes_max = 100'000}, 0), IsOk())
            << coding.name;
        EXPECT_THAT(inflate(body, coding.encoding, {.bytes_max = 99'999}, 0),
                    IsError(ErrorCode::kTooLarge))
            << coding.name;
    }
}

TEST(Inflate, ABombIsRefused) {
    for (const Coding& coding : kCodings) {
        const auto inflate_spaces = [&coding](std::size_t bytes) {
            return inflate(coding.compress(std::string(bytes, ' ')), coding.encoding, {}, 0);
        };
        EXPECT_THAT(inflate_spaces(20 << 20), IsError(ErrorCode::kTooLarge)) << coding.name;
        // Within the size limit, but no honest body shrinks a thousandfold.
        EXPECT_THAT(inflate_spaces(8 << 20), IsError(ErrorCode::kTooLarge)) << coding.name;
        EXPECT_THAT(inflate_spaces(512 << 10), IsOk()) << coding.name;
    }
}

TEST(Inflate, ABombIsKnownByItsBeginning) {
    for (const Coding& coding : kCodings) {
        const std::string spaces(8 << 20, ' ');
        const auto first =
            inflate(coding.compress(spaces + noise(200'000)), coding.encoding, {}, 0);
        EXPECT_THAT(first, HasMessage("more than 400 times its size")) << coding.name;
        const auto second =
            inflate(coding.compress(noise(200'000) + spaces), coding.encoding, {}, 0);
        EXPECT_THAT(second, IsOk()) << coding.name;
    }
}

TEST(FindEncoding, KnowsTheNamesInAnyCase) {
    EXPECT_EQ(find_encoding(""), Encoding::kIdentity);
    EXPECT_EQ(find_encoding("GZip"), Encoding::kGzip);
    EXPECT_EQ(find_encoding("x-gzip"), Encoding::kGzip);
    EXPECT_EQ(find_encoding("br"), Encoding::kBrotli);
    for (const char* header : {"compress", "gzip, br", "gzip,gzip", "lz64"})
        EXPECT_FALSE(find_encoding(header)) << header;
}

TEST(FindBodyEncoding, BelievesTheBytesAndTheHeaderOnlyWhereBytesSayNothing) {
    const std::string text = R"({"batch":[]})";
    for (const char* header : {"", "br", "gzip", "identity"}) {
        EXPECT_EQ(find_body_encoding(gzip(text), header), Encoding::kGzip);
        EXPECT_EQ(find_body_encoding(zlib(text), header), Encoding::kDeflate);
        EXPECT_EQ(find_body_encoding(zstd(text), header), Encoding::kZstd);
    }
    EXPECT_EQ(find_body_encoding(brotli(text), "br"), Encoding::kBrotli);
    EXPECT_EQ(find_body_encoding(raw_deflate(text), "deflate"), Encoding::kDeflate);
    EXPECT_EQ(find_body_encoding(text, "gzip"), Encoding::kIdentity);
    EXPECT_EQ(find_body_encoding(text, "zstd"), Encoding::kIdentity);
    EXPECT_EQ(find_body_encoding("", "br"), Encoding::kIdentity);
}

}  // namespace
}  // namespace icelight::server
