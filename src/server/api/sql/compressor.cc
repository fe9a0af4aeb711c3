#include "server/api/sql/compressor.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstddef>

#include "base/check.h"
#include "base/letter_case.h"
#include "http/request.h"

namespace icelight::server {
namespace {

constexpr std::size_t kRoomBytes = 64 << 10;
/// Fast rather than small: the reply is made while it is compressed.
constexpr int kGzipLevel = 1;
constexpr int kZstdLevel = 1;
/// zlib: the largest window, with the header of gzip.
constexpr int kGzipWindowBits = 15 + 16;
constexpr int kGzipMemoryLevel = 8;

class GzipCompressor final : public Compressor {
public:
    GzipCompressor() {
        const int status = ::deflateInit2(&stream_,
                                          kGzipLevel,
                                          Z_DEFLATED,
                                          kGzipWindowBits,
                                          kGzipMemoryLevel,
                                          Z_DEFAULT_STRATEGY);
        ICE_CHECK(status == Z_OK, "zlib refuses its own constants");
    }

    ~GzipCompressor() override { ::deflateEnd(&stream_); }

    std::string add(std::string_view bytes) override { return run(bytes, Z_NO_FLUSH); }

    std::string finish() override { return run({}, Z_FINISH); }

private:
    std::string run(std::string_view bytes, int flush) {
        std::string out;
        // zlib does not write to its input.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
            stream_.avail_out = static_cast<uInt>(room_.size());
            ::deflate(&stream_, flush);
            out.append(room_.data(), room_.size() - stream_.avail_out);
        } while (stream_.avail_out == 0);
        return out;
    }

    z_stream stream_{};
    std::array<char, kRoomBytes> room_{};
};

class ZstdCompressor final : public Compressor {
public:
    ZstdCompressor() : context_(::ZSTD_createCCtx()) {
        ICE_CHECK(context_ != nullptr, "out of memory");
        ::ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kZstdLevel);
    }

    ~ZstdCompressor() override { ::ZSTD_freeCCtx(context_); }

    std::string add(std::string_view bytes) override { return run(bytes, ZSTD_e_continue); }

    std::string finish() override { return run({}, ZSTD_e_end); }

private:
    std::string run(std::string_view bytes, ZSTD_EndDirective directive) {
        std::string out;
        ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
        std::size_t left = 0;
        do {
            ZSTD_outBuffer output{room_.data(), room_.size(), 0};
            left = ::ZSTD_compressStream2(context_, &output, &input, directive);
            ICE_CHECK(::ZSTD_isError(left) == 0U, ::ZSTD_getErrorName(left));
            out.append(room_.data(), output.pos);
        } while (directive == ZSTD_e_end ? left > 0 : input.pos < input.size);
        return out;
    }

    ZSTD_CCtx* context_;
    std::array<char, kRoomBytes> room_{};
};

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// q=0, q=0.0 and the like.
bool is_refused(std::string_view parameters) {
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return false;
    return parameters.substr(at + 2).find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

Compression choose_compression(std::string_view accept_encoding) {
    bool takes_gzip = false;
    while (!accept_encoding.empty()) {
        const auto comma = accept_encoding.find(',');
        const auto item = accept_encoding.substr(0, comma);
        const auto semicolon = item.find(';');
        const auto name = trim(item.substr(0, semicolon));
        const bool is_taken =
            semicolon == std::string_view::npos || !is_refused(item.substr(semicolon));
        if (is_taken && equal_ignoring_case(name, "zstd")) return Compression::kZstd;
        if (is_taken && equal_ignoring_case(name, "gzip")) takes_gzip = true;
        if (comma == std::string_view::npos) break;
        accept_encoding.remove_prefix(comma + 1);
    }
    return takes_gzip ? Compression::kGzip : Compression::kNone;
}

std::string_view compression_name(Compression compression) {
    switch (compression) {
        case Compression::kGzip:
            return "gzip";
        case Compression::kZstd:
            return "zstd";
        case Compression::kNone:
            break;
    }
    return "";
}

std::unique_ptr<Compressor> Compressor::make(Compression compression) {
    if (compression == Compression::kGzip) return std::make_unique<GzipCompressor>();
    if (compression == Compression::kZstd) return std::make_unique<ZstdCompressor>();
    return nullptr;
}

}  // namespace icelight::server
