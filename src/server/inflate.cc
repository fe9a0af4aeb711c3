#include "server/inflate.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/letter_case.h"
#include "http/request.h"

namespace icelight::server {
namespace {

constexpr std::size_t kFirstBytes = 64 << 10;
constexpr std::size_t kUsualRatio = 4;
constexpr std::size_t kRatioBelieved = 20;  ///< Of what a stream says of its own length.

struct Named {
    std::string_view name;
    Encoding encoding;
};

constexpr std::array kNames = {
    Named{"gzip", Encoding::kGzip},
    Named{"x-gzip", Encoding::kGzip},
    Named{"deflate", Encoding::kDeflate},
    Named{"br", Encoding::kBrotli},
    Named{"zstd", Encoding::kZstd},
    Named{"identity", Encoding::kIdentity},
    Named{"", Encoding::kIdentity},
};

std::string_view name_of(Encoding encoding) {
    for (const Named& named : kNames)
        if (named.encoding == encoding && named.name != "x-gzip") return named.name;
    return "";
}

tl::unexpected<Error> too_large(std::string_view than) {
    return fail(ErrorCode::kTooLarge, fmt::format("Body inflates to more than {}", than));
}

/// Judged by what was read so far: a bomb need not go off whole to be known.
bool is_bomb(std::size_t produced, std::size_t consumed, const InflateLimits& limits) {
    return produced >= limits.ratio_free_bytes && produced > consumed * limits.ratio_max;
}

tl::unexpected<Error> damaged(Encoding encoding, std::string_view why) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("Invalid {} body: {}", name_of(encoding), why));
}

/// How much room to begin with. gzip has its length at its end (RFC 1952, ISIZE): a hint, which
/// saves copying what was inflated when the room grows. One byte more, so that the end is seen.
std::size_t first_bytes(std::string_view body, Encoding encoding, const InflateLimits& limits) {
    std::size_t bytes =
        std::min(limits.ratio_free_bytes, std::max(kFirstBytes, body.size() * kUsualRatio));
    if (encoding == Encoding::kGzip && body.size() > sizeof(std::uint32_t)) {
        ByteReader end(body.substr(body.size() - sizeof(std::uint32_t)));
        const std::size_t said = end.fixed<std::uint32_t>();
        if (said <= body.size() * kRatioBelieved) bytes = said + 1;
    }
    return bytes;
}

/// The output is as large as it may get: does the stream end exactly here?
bool ends_now(Decoder& decoder, std::string_view& input) {
    std::array<char, 1> probe{};
    std::span<char> room(probe);
    return decoder.decode(input, room) == Decoder::Step::kEnd && room.size() == probe.size() &&
           input.empty();
}

}  // namespace

std::optional<Encoding> find_encoding(std::string_view header) {
    for (const Named& named : kNames)
        if (equal_ignoring_case(header, named.name)) return named.encoding;
    return std::nullopt;
}

Encoding find_body_encoding(std::string_view body, std::string_view header) {
    if (is_gzip(body)) return Encoding::kGzip;
    if (is_zstd(body)) return Encoding::kZstd;
    if (is_zlib(body)) return Encoding::kDeflate;
    const auto named = find_encoding(header).value_or(Encoding::kIdentity);
    const bool has_no_mark = named == Encoding::kBrotli || named == Encoding::kDeflate;
    return has_no_mark && !body.empty() ? named : Encoding::kIdentity;
}

Result<std::string> inflate(std::string_view body,
                            Encoding encoding,
                            const InflateLimits& limits,
                            std::size_t padding_bytes) {
    const std::size_t body_bytes = body.size();
    const auto decoder = make_decoder(encoding, body);
    if (!decoder) return fail(ErrorCode::kUnavailable, "no memory to inflate a body");
    const std::size_t by_ratio = std::max(limits.ratio_free_bytes, body_bytes * limits.ratio_max);
    const std::size_t bytes_max = std::min(limits.bytes_max, by_ratio);

    std::string out;
    const std::size_t begin_bytes = std::min(bytes_max, first_bytes(body, encoding, limits));
    out.reserve(begin_bytes + padding_bytes);
    out.resize(begin_bytes);
    std::span<char> room(out);
    bool is_whole = false;
    while (!is_whole) {
        switch (decoder->decode(body, room)) {
            case Decoder::Step::kEnd:
                is_whole = body.empty();
                if (!is_whole && !decoder->restart(body))
                    return damaged(encoding, "bytes after its end");
                break;
            case Decoder::Step::kNeedsInput:
                return damaged(encoding, "it is truncated");
            case Decoder::Step::kDamaged:
                return damaged(encoding, "damaged data");
            case Decoder::Step::kOutputFull:
                if (out.size() < bytes_max) {
                    const std::size_t produced = out.size();
                    if (is_bomb(produced, body_bytes - body.size(), limits))
                        return too_large(fmt::format("{} times its size", limits.ratio_max));
                    out.resize(std::min(bytes_max, produced * 2));
                    room = std::span<char>(out).subspan(produced);
                } else if (ends_now(*decoder, body)) {
                    is_whole = true;
                } else {
                    return too_large(fmt::format("{} bytes", bytes_max));
                }
                break;
        }
    }
    const std::size_t produced = out.size() - room.size();
    out.resize(produced);
    out.reserve(produced + padding_bytes);
    return out;
}

}  // namespace icelight::server
