#include "server/inflate.h"

#include <zlib.h>

#include <algorithm>

#include <fmt/format.h>

namespace icelight::server {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // 32 KiB window, gzip wrapper only
constexpr std::size_t kFirstBytes = 64 << 10;

/// Owns zlib's state.
class Inflater {
public:
    Inflater() { is_open_ = ::inflateInit2(&stream_, kGzipWindowBits) == Z_OK; }

    ~Inflater() {
        if (is_open_) ::inflateEnd(&stream_);
    }

    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    bool is_open() const { return is_open_; }

    z_stream& stream() { return stream_; }

private:
    z_stream stream_{};
    bool is_open_ = false;
};

tl::unexpected<Error> damaged(const char* why) {
    return fail(ErrorCode::kInvalidArgument, std::string("Invalid gzip body: ") + why);
}

}  // namespace

bool is_gzip(std::string_view body) {
    return body.size() >= 2 && body[0] == '\x1f' && body[1] == '\x8b';
}

Result<std::string> inflate_gzip(std::string_view body,
                                 const InflateLimits& limits,
                                 std::size_t padding_bytes) {
    Inflater inflater;
    if (!inflater.is_open()) return fail(ErrorCode::kUnavailable, "zlib has no memory");
    auto& stream = inflater.stream();
    stream.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // NOLINT: zlib's interface
    stream.avail_in = static_cast<uInt>(body.size());

    std::size_t bytes_max = limits.bytes_max;
    const std::size_t by_ratio = std::max(limits.ratio_free_bytes, body.size() * limits.ratio_max);
    bytes_max = std::min(bytes_max, by_ratio);

    std::string out;
    out.resize(std::min(bytes_max, std::max(kFirstBytes, body.size() * 4)));
    std::size_t produced = 0;
    while (true) {
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + produced);
        stream.avail_out = static_cast<uInt>(out.size() - produced);
        const int status = ::inflate(&stream, Z_NO_FLUSH);
        produced = out.size() - stream.avail_out;
        if (status == Z_STREAM_END) {
            if (stream.avail_in == 0) break;
            // Another member may follow (RFC 1952, 2.2); anything else is garbage.
            if (!is_gzip({reinterpret_cast<char*>(stream.next_in), stream.avail_in}))
                return damaged("bytes after its end");
            if (::inflateReset(&stream) != Z_OK) return damaged("cannot go on");
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return damaged(stream.msg != nullptr ? stream.msg : "damaged data");
        }
        if (stream.avail_out > 0) {
            if (stream.avail_in == 0 && status != Z_STREAM_END) return damaged("it is truncated");
            continue;
        }
        if (out.size() >= bytes_max) {
            // Full: only a stream that ends exactly here is still fine.
            char probe = 0;
            stream.next_out = reinterpret_cast<Bytef*>(&probe);
            stream.avail_out = 1;
            if (status != Z_STREAM_END && ::inflate(&stream, Z_NO_FLUSH) == Z_STREAM_END &&
                stream.avail_out == 1 && stream.avail_in == 0) {
                break;
            }
            return fail(ErrorCode::kTooLarge,
                        fmt::format("Body inflates to more than {} bytes", bytes_max));
        }
        out.resize(std::min(bytes_max, out.size() * 2));
    }
    out.resize(produced);
    out.reserve(produced + padding_bytes);
    return out;
}

}  // namespace icelight::server
