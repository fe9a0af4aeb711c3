#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

/// Little-endian integers, varints and length-prefixed strings, appended to and read from byte
/// strings.
namespace icelight {

static_assert(std::endian::native == std::endian::little, "formats are little-endian by memcpy");

template <class T>
void append_fixed(std::string& out, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out.append(raw, sizeof(T));
}

inline void append_varint(std::string& out, std::uint64_t value) {
    char raw[10];
    int length = 0;
    while (value >= 0x80) {
        raw[length++] = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    raw[length++] = static_cast<char>(value);
    out.append(raw, static_cast<std::size_t>(length));
}

inline std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

inline std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

inline void append_sized(std::string& out, std::string_view value) {
    append_varint(out, value.size());
    out.append(value);
}

/// Reads what the functions above wrote. After any failed read `ok()` is false for good and reads
/// return zeros: check it once at the end. Views point into the input.
class ByteReader {
public:
    explicit ByteReader(std::string_view input) : input_(input) {}

    bool ok() const { return ok_; }

    std::size_t remaining() const { return input_.size(); }

    std::string_view rest() const { return input_; }

    template <class T>
    T fixed() {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        auto raw = bytes(sizeof(T));
        if (raw.size() == sizeof(T)) std::memcpy(&value, raw.data(), sizeof(T));
        return value;
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (input_.empty()) break;
            auto byte = static_cast<unsigned char>(input_.front());
            input_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return ok_ ? value : 0;
        }
        ok_ = false;
        return 0;
    }

    std::string_view bytes(std::size_t count) {
        if (!ok_ || count > input_.size()) {
            ok_ = false;
            return {};
        }
        auto taken = input_.substr(0, count);
        input_.remove_prefix(count);
        return taken;
    }

    std::string_view sized() { return bytes(varint()); }

private:
    std::string_view input_;
    bool ok_ = true;
};

}  // namespace icelight
