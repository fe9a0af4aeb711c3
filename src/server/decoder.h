#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace icelight::server {

/// Content codings (RFC 9110 section 8.4.1; br: RFC 7932, zstd: RFC 8878).
enum class Encoding { kIdentity, kGzip, kDeflate, kBrotli, kZstd };

/// Undoes one compressed stream, a piece of output at a time.
///
/// Thread safety: none. Memory: at most the format's window, 16 MiB.
class Decoder {
public:
    enum class Step {
        kOutputFull,
        kNeedsInput,  ///< All input is used up and the stream has not ended.
        kEnd,         ///< What is left of the input is not of this stream.
        kDamaged,
    };

    virtual ~Decoder() = default;
    Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    /// Reads from the front of `input` and writes to the front of `room`; both shrink by what was
    /// used. Returns only for a reason.
    virtual Step decode(std::string_view& input, std::span<char>& room) = 0;

    /// After kEnd: begins with the next stream, if the format may have several and `rest` looks
    /// like one.
    virtual bool restart(std::string_view rest) = 0;
};

/// @param body  tells deflate's two forms apart: with zlib's header (RFC 1950) and without.
/// @return null for kIdentity, and when there is no memory.
std::unique_ptr<Decoder> make_decoder(Encoding encoding, std::string_view body);

// What bodies begin with; JSON begins with none of it.
bool is_gzip(std::string_view body);  ///< RFC 1952
bool is_zlib(std::string_view body);  ///< RFC 1950, with a window of 32 KiB as everybody has it.
bool is_zstd(std::string_view body);

}  // namespace icelight::server
