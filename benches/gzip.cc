#include "gzip.h"

#include <zlib.h>

#include "base/check.h"

namespace icelight::bench {
namespace {

constexpr int kLevel = 6;
constexpr int kMemory = 8;
constexpr int kGzipWindowBits = 15 + 16;

void set_places(z_stream& stream, std::string_view from, std::string& to) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));
    stream.avail_in = static_cast<uInt>(from.size());
    stream.next_out = reinterpret_cast<Bytef*>(to.data());
    stream.avail_out = static_cast<uInt>(to.size());
}

}  // namespace

std::string gzip(std::string_view text) {
    z_stream stream{};
    const int begun =
        deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindowBits, kMemory, Z_DEFAULT_STRATEGY);
    ICE_CHECK(begun == Z_OK, "zlib");
    std::string out(deflateBound(&stream, text.size()), '\0');
    set_places(stream, text, out);
    ICE_CHECK(::deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib");
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::size_t gunzip(std::string_view body, std::string& room) {
    z_stream stream{};
    ICE_CHECK(inflateInit2(&stream, kGzipWindowBits) == Z_OK, "zlib");
    set_places(stream, body, room);
    ICE_CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END, "the body did not fit or is damaged");
    const std::size_t bytes = stream.total_out;
    inflateEnd(&stream);
    return bytes;
}

}  // namespace icelight::bench
