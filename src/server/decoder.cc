#include "server/decoder.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <isa-l/igzip_lib.h>

namespace icelight::server {
namespace {

constexpr int kZlibWindowBits = 15;
constexpr int kRawWindowBits = -15;
constexpr int kZstdWindowLogMax = 24;

/// ISA-L takes half of zlib's time for gzip, which is what nearly every SDK sends.
class GzipDecoder final : public Decoder {
public:
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): 80 KiB, of which ISA-L sets its part
    GzipDecoder() { begin(); }

    Step decode(std::string_view& input, std::span<char>& room) override {
        while (true) {
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): ISA-L's interface
            state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data()));
            state_.avail_in = static_cast<std::uint32_t>(input.size());
            state_.next_out = reinterpret_cast<std::uint8_t*>(room.data());
            state_.avail_out = static_cast<std::uint32_t>(room.size());
            const int status = ::isal_inflate(&state_);
            const std::size_t taken = input.size() - state_.avail_in;
            const std::size_t made = room.size() - state_.avail_out;
            input.remove_prefix(taken);
            room = room.subspan(made);
            if (status < 0) return Step::kDamaged;
            if (state_.block_state == ISAL_BLOCK_FINISH) return Step::kEnd;
            if (room.empty()) return Step::kOutputFull;
            if (input.empty()) return Step::kNeedsInput;
            if (taken == 0 && made == 0) return Step::kDamaged;
        }
    }

    bool restart(std::string_view rest) override {
        if (!is_gzip(rest)) return false;
        begin();
        return true;
    }

private:
    void begin() {
        ::isal_inflate_init(&state_);
        state_.crc_flag = ISAL_GZIP;  // Reads the header, compares checksum and length.
    }

    inflate_state state_;
};

class ZlibDecoder final : public Decoder {
public:
    explicit ZlibDecoder(int window_bits) {
        is_open_ = ::inflateInit2(&stream_, window_bits) == Z_OK;
    }

    ~ZlibDecoder() override {
        if (is_open_) ::inflateEnd(&stream_);
    }

    bool is_open() const { return is_open_; }

    Step decode(std::string_view& input, std::span<char>& room) override {
        while (true) {
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib's interface
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
            stream_.avail_in = static_cast<uInt>(input.size());
            stream_.next_out = reinterpret_cast<Bytef*>(room.data());
            stream_.avail_out = static_cast<uInt>(room.size());
            const int status = ::inflate(&stream_, Z_NO_FLUSH);
            input.remove_prefix(input.size() - stream_.avail_in);
            room = room.subspan(room.size() - stream_.avail_out);
            if (status == Z_STREAM_END) return Step::kEnd;
            if (status != Z_OK && status != Z_BUF_ERROR) return Step::kDamaged;
            if (room.empty()) return Step::kOutputFull;
            if (input.empty()) return Step::kNeedsInput;
        }
    }

    bool restart(std::string_view /*rest*/) override { return false; }

private:
    z_stream stream_{};
    bool is_open_ = false;
};

class BrotliDecoder final : public Decoder {
public:
    BrotliDecoder() : state_(::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}

    ~BrotliDecoder() override {
        if (state_ != nullptr) ::BrotliDecoderDestroyInstance(state_);
    }

    bool is_open() const { return state_ != nullptr; }

    Step decode(std::string_view& input, std::span<char>& room) override {
        std::size_t in_bytes = input.size();
        const auto* in = reinterpret_cast<const std::uint8_t*>(input.data());
        std::size_t out_bytes = room.size();
        auto* out = reinterpret_cast<std::uint8_t*>(room.data());
        const auto result =
            ::BrotliDecoderDecompressStream(state_, &in_bytes, &in, &out_bytes, &out, nullptr);
        input.remove_prefix(input.size() - in_bytes);
        room = room.subspan(room.size() - out_bytes);
        switch (result) {
            case BROTLI_DECODER_RESULT_SUCCESS:
                return Step::kEnd;
            case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
                return Step::kNeedsInput;
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
                return Step::kOutputFull;
            case BROTLI_DECODER_RESULT_ERROR:
                break;
        }
        return Step::kDamaged;
    }

    bool restart(std::string_view /*rest*/) override { return false; }

private:
    BrotliDecoderState* state_;
};

class ZstdDecoder final : public Decoder {
public:
    ZstdDecoder() : context_(::ZSTD_createDCtx()) {
        if (context_ != nullptr)
            ::ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kZstdWindowLogMax);
    }

    ~ZstdDecoder() override { ::ZSTD_freeDCtx(context_); }

    bool is_open() const { return context_ != nullptr; }

    Step decode(std::string_view& input, std::span<char>& room) override {
        while (true) {
            ZSTD_inBuffer in{input.data(), input.size(), 0};
            ZSTD_outBuffer out{room.data(), room.size(), 0};
            const std::size_t result = ::ZSTD_decompressStream(context_, &out, &in);
            input.remove_prefix(in.pos);
            room = room.subspan(out.pos);
            if (::ZSTD_isError(result) != 0) return Step::kDamaged;
            if (result == 0) return Step::kEnd;
            if (room.empty()) return Step::kOutputFull;
            if (input.empty()) return Step::kNeedsInput;
        }
    }

    bool restart(std::string_view rest) override { return is_zstd(rest); }

private:
    ZSTD_DCtx* context_;
};

template <class Kind>
std::unique_ptr<Decoder> if_open(std::unique_ptr<Kind> decoder) {
    return decoder->is_open() ? std::move(decoder) : nullptr;
}

unsigned byte_at(std::string_view body, std::size_t at) {
    return static_cast<unsigned char>(body[at]);
}

}  // namespace

std::unique_ptr<Decoder> make_decoder(Encoding encoding, std::string_view body) {
    switch (encoding) {
        case Encoding::kGzip:
            return std::make_unique<GzipDecoder>();
        case Encoding::kDeflate:
            return if_open(
                std::make_unique<ZlibDecoder>(is_zlib(body) ? kZlibWindowBits : kRawWindowBits));
        case Encoding::kBrotli:
            return if_open(std::make_unique<BrotliDecoder>());
        case Encoding::kZstd:
            return if_open(std::make_unique<ZstdDecoder>());
        case Encoding::kIdentity:
            break;
    }
    return nullptr;
}

bool is_gzip(std::string_view body) {
    return body.starts_with("\x1f\x8b");
}

bool is_zlib(std::string_view body) {
    constexpr unsigned kMethodAndWindow = 0x78;
    return body.size() >= 2 && byte_at(body, 0) == kMethodAndWindow &&
           (byte_at(body, 0) << 8 | byte_at(body, 1)) % 31 == 0;
}

bool is_zstd(std::string_view body) {
    return body.starts_with("\x28\xb5\x2f\xfd");
}

}  // namespace icelight::server
