#include "server/api/sql/compressor.h"

#include <gtest/gtest.h>

#include "server/inflate.h"

namespace icelight::server {
namespace {

TEST(Compressor, ClientsTakeWhatTheyNameAndNotWhatTheyRefuse) {
    EXPECT_EQ(choose_compression(""), Compression::kNone);
    EXPECT_EQ(choose_compression("identity, *"), Compression::kNone);
    EXPECT_EQ(choose_compression("gzip"), Compression::kGzip);
    EXPECT_EQ(choose_compression("gzip, deflate, br, zstd"), Compression::kZstd);
    EXPECT_EQ(choose_compression("zstd;q=0, GZIP ; q=0.5"), Compression::kGzip);
    EXPECT_EQ(choose_compression("gzip;q=0.000"), Compression::kNone);
}

TEST(Compressor, EveryByteComesBackWhateverThePieces) {
    std::string body;
    for (int i = 0; i < 50'000; ++i)
        body += "{\"n\":" + std::to_string(i * 7919 % 100'003) + "}\n";
    for (const auto compression : {Compression::kGzip, Compression::kZstd}) {
        const auto compressor = Compressor::make(compression);
        std::string packed;
        for (std::size_t at = 0, piece = 1; at < body.size();
             at += piece, piece = 1 + piece * 3 % 70'001)
            packed += compressor->add(std::string_view(body).substr(at, piece));
        packed += compressor->finish();
        EXPECT_LT(packed.size(), body.size() / 2);
        const auto encoding = compression == Compression::kGzip ? Encoding::kGzip : Encoding::kZstd;
        const auto back = inflate(packed, encoding, {.bytes_max = body.size() + 1}, 0);
        ASSERT_TRUE(back.has_value()) << back.error().message;
        EXPECT_EQ(*back, body);
    }
    EXPECT_EQ(Compressor::make(Compression::kNone), nullptr);
}

TEST(Compressor, AnEmptyBodyIsAWholeStreamToo) {
    for (const auto compression : {Compression::kGzip, Compression::kZstd})
        EXPECT_FALSE(Compressor::make(compression)->finish().empty());
}

}  // namespace
}  // namespace icelight::server
