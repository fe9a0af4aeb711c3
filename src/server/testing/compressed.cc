#include "server/testing/compressed.h"

#include <zlib.h>

#include "base/check.h"

namespace icelight::server::testing {
namespace {

constexpr int kLevel = 6;
constexpr int kMemory = 8;
constexpr int kWindowBits = 15;

std::string compress(std::string_view text, int window_bits) {
    z_stream stream{};
    ICE_CHECK(
        deflateInit2(&stream, kLevel, Z_DEFLATED, window_bits, kMemory, Z_DEFAULT_STRATEGY) == Z_OK,
        "zlib");
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    ICE_CHECK(::deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib");
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace

// zlib.h, deflateInit2(): 16 more asks for gzip, less than nothing for no wrapper.
std::string gzip(std::string_view text) {
    return compress(text, kWindowBits + 16);
}

std::string zlib(std::string_view text) {
    return compress(text, kWindowBits);
}

std::string raw_deflate(std::string_view text) {
    return compress(text, -kWindowBits);
}

}  // namespace icelight::server::testing
