#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "base/check.h"
#include "iceberg/avro/codec_internal.h"

namespace icelight::iceberg {

namespace {

constexpr int kRawDeflateWindowBits = -15;
constexpr int kDeflateMemoryLevel = 8;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

tl::unexpected<Error> bad_block(std::string_view codec) {
    return fail(ErrorCode::kCorruption, "Avro: a block does not " + std::string(codec));
}

tl::unexpected<Error> too_large() {
    return fail(ErrorCode::kCorruption, "Avro: a block inflates beyond its bound");
}

Bytef* as_bytef(const char* bytes) {
    // zlib reads through a pointer to non-const.
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));  // NOLINT
}

Result<std::string> inflate_raw(std::string_view bytes, std::size_t bytes_max) {
    if (bytes.size() > std::numeric_limits<uInt>::max()) return too_large();
    z_stream stream{};
    ICE_CHECK(inflateInit2(&stream, kRawDeflateWindowBits) == Z_OK, "zlib has memory");
    const std::unique_ptr<z_stream, int (*)(z_streamp)> closer(&stream, &inflateEnd);
    stream.next_in = as_bytef(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    std::string chunk(kChunkBytes, '\0');
    for (;;) {
        stream.next_out = as_bytef(chunk.data());
        stream.avail_out = static_cast<uInt>(chunk.size());
        const int state = inflate(&stream, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END) return bad_block("inflate");
        const auto produced = chunk.size() - stream.avail_out;
        if (produced > bytes_max - out.size()) return too_large();
        out.append(chunk, 0, produced);
        if (state == Z_STREAM_END) return out;
        if (produced == 0 && stream.avail_in == 0) return bad_block("inflate");
    }
}

Result<std::string> decompress_zstd(std::string_view bytes, std::size_t bytes_max) {
    const std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                          &ZSTD_freeDStream);
    ICE_CHECK(stream != nullptr, "zstd has memory");
    std::string out;
    std::string chunk(kChunkBytes, '\0');
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    for (;;) {
        ZSTD_outBuffer output{chunk.data(), chunk.size(), 0};
        const auto hint = ZSTD_decompressStream(stream.get(), &output, &input);
        if (ZSTD_isError(hint) != 0) return bad_block("decompress");
        if (output.pos > bytes_max - out.size()) return too_large();
        out.append(chunk, 0, output.pos);
        if (hint == 0 && input.pos == input.size) return out;
        if (output.pos == 0 && input.pos == input.size) return bad_block("decompress");
    }
}

}  // namespace

std::string deflate_block(std::string_view bytes) {
    z_stream stream{};
    ICE_CHECK(deflateInit2(&stream,
                           Z_DEFAULT_COMPRESSION,
                           Z_DEFLATED,
                           kRawDeflateWindowBits,
                           kDeflateMemoryLevel,
                           Z_DEFAULT_STRATEGY) == Z_OK,
              "zlib has memory");
    const std::unique_ptr<z_stream, int (*)(z_streamp)> closer(&stream, &deflateEnd);
    ICE_CHECK(bytes.size() <= std::numeric_limits<uInt>::max(), "blocks are small");
    std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = as_bytef(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = as_bytef(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    ICE_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the bound holds");
    out.resize(out.size() - stream.avail_out);
    return out;
}

Result<std::string> inflate_block(std::string_view codec,
                                  std::string_view bytes,
                                  std::size_t bytes_max) {
    if (codec == "deflate") return inflate_raw(bytes, bytes_max);
    if (codec == "zstandard") return decompress_zstd(bytes, bytes_max);
    return fail(ErrorCode::kUnsupported, "Avro codec '" + std::string(codec) + "'");
}

}  // namespace icelight::iceberg
