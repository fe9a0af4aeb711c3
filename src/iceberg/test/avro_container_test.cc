#include <zstd.h>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/avro/codec_internal.h"
#include "iceberg/avro/container_internal.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

/// A file of longs with one block, as any writer could have made it.
std::string file_of_longs(std::string_view codec, std::string_view block, std::int64_t records) {
    std::string out("Obj\1", 4);
    put_long(out, 2);
    put_bytes(out, "avro.schema");
    put_bytes(out, "\"long\"");
    put_bytes(out, "avro.codec");
    put_bytes(out, codec);
    put_long(out, 0);
    out += "0123456789abcdef";
    put_long(out, records);
    put_bytes(out, block);
    out += "0123456789abcdef";
    return out;
}

Result<std::vector<std::int64_t>> read_longs(std::string_view bytes) {
    std::vector<std::int64_t> longs;
    ICE_TRY(decode_avro_file(
        bytes,
        [](const AvroHeader&) { return Result<>(); },
        [&](AvroReader& reader, const AvroNode& node) { longs.push_back(reader.int64(node)); }));
    return longs;
}

std::string three_longs() {
    std::string block;
    for (const auto number : {1, -2, 300})
        put_long(block, number);
    return block;
}

TEST(AvroContainer, EveryCodecIsRead) {
    const std::vector<std::int64_t> expected = {1, -2, 300};
    const auto block = three_longs();
    std::string packed(ZSTD_compressBound(block.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), block.data(), block.size(), 1));
    EXPECT_EQ(*read_longs(file_of_longs("null", block, 3)), expected);
    EXPECT_EQ(*read_longs(file_of_longs("deflate", deflate_block(block), 3)), expected);
    EXPECT_EQ(*read_longs(file_of_longs("zstandard", packed, 3)), expected);
    EXPECT_THAT(read_longs(file_of_longs("snappy", block, 3)), IsError(ErrorCode::kUnsupported));
}

TEST(AvroContainer, CountsThatDoNotMatchTheBytesAreCorruption) {
    const auto block = three_longs();
    EXPECT_THAT(read_longs(file_of_longs("null", block, 2)), HasMessage("left over"));
    EXPECT_THAT(read_longs(file_of_longs("null", block, 4)), HasMessage("cut short"));
    EXPECT_THAT(read_longs(file_of_longs("null", block, -1)), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(read_longs(file_of_longs("null", block, INT64_MAX)), HasMessage("more records"));
    auto other_mark = file_of_longs("null", block, 3);
    other_mark.back() = 'x';
    EXPECT_THAT(read_longs(other_mark), HasMessage("mark"));
    EXPECT_THAT(read_longs("PAR1"), HasMessage("not an object container"));
}

TEST(AvroContainer, WriterClosesBlocksAndIsDeterministic) {
    auto write = [] {
        AvroFileWriter writer("\"long\"", {{"key", "value"}});
        std::string record;
        for (std::int64_t number = 0; number < 50'000; ++number) {
            record.clear();
            put_long(record, number);
            writer.append(record);
        }
        return std::move(writer).finish();
    };
    const auto bytes = write();
    EXPECT_EQ(bytes, write());
    auto longs = read_longs(bytes);
    ASSERT_THAT(longs, IsOk());
    ASSERT_EQ(longs->size(), 50'000U);
    EXPECT_EQ(longs->back(), 49'999);
}

TEST(AvroCodec, BlocksThatInflateBeyondTheBoundAreRefused) {
    const std::string zeros(1'000'000, '\0');
    const auto deflated = deflate_block(zeros);
    EXPECT_EQ(*inflate_block("deflate", deflated, 1'000'000), zeros);
    EXPECT_THAT(inflate_block("deflate", deflated, 999'999), HasMessage("beyond its bound"));
    std::string packed(ZSTD_compressBound(zeros.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), zeros.data(), zeros.size(), 1));
    EXPECT_EQ(*inflate_block("zstandard", packed, 1'000'000), zeros);
    EXPECT_THAT(inflate_block("zstandard", packed, 999'999), HasMessage("beyond its bound"));
}

TEST(AvroCodec, CutBlocksAreCorruption) {
    const auto deflated = deflate_block("hello hello hello");
    for (std::size_t length = 0; length < deflated.size(); ++length) {
        EXPECT_THAT(inflate_block("deflate", deflated.substr(0, length), 100),
                    IsError(ErrorCode::kCorruption));
    }
    EXPECT_THAT(inflate_block("zstandard", "x", 100), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(inflate_block("zstandard", "", 100), IsError(ErrorCode::kCorruption));
}

TEST(AvroReader, ArraysOfNothingDoNotCostTime) {
    AvroNode null;
    AvroNode array;
    array.kind = AvroKind::kArray;
    array.item = std::make_shared<AvroNode>(null);
    std::string input;
    for (int block = 0; block < 1'000; ++block)
        put_long(input, 1'000);
    put_long(input, 0);
    AvroReader reader(input);
    reader.skip(array);
    EXPECT_THAT(reader.status(), HasMessage("more items than bytes"));
}

}  // namespace
}  // namespace icelight::iceberg
