#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace icelight::server {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

/// What the client takes (RFC 9110 section 12.5.3), zstd before gzip; q=0 refuses.
Compression choose_compression(std::string_view accept_encoding);

/// For Content-Encoding; "" of kNone.
std::string_view compression_name(Compression compression);

/// Compresses a body piece by piece. Thread safety: none.
class Compressor {
public:
    virtual ~Compressor() = default;
    Compressor() = default;
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    /// What can be sent once `bytes` were added; may be empty.
    virtual std::string add(std::string_view bytes) = 0;
    /// The rest. Nothing may be added after it.
    virtual std::string finish() = 0;

    /// Null of kNone.
    static std::unique_ptr<Compressor> make(Compression compression);
};

}  // namespace icelight::server
