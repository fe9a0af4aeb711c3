#include "base/ids.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace icelight {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

bool is_dash_place(std::size_t index) {
    return index == 8 || index == 13 || index == 18 || index == 23;
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

}  // namespace

std::string Uuid::text() const {
    std::string out;
    out.reserve(36);
    for (unsigned char byte : bytes) {
        if (is_dash_place(out.size())) out.push_back('-');
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 15]);
    }
    return out;
}

void fill_random(unsigned char* out, std::size_t bytes) {
    while (bytes > 0) {
        auto got = ::getrandom(out, bytes, 0);
        if (got < 0 && errno == EINTR) continue;
        ICE_CHECK(got > 0, "getrandom failed");
        out += got;
        bytes -= static_cast<std::size_t>(got);
    }
}

std::int64_t make_random_id() {
    std::uint64_t value = 0;
    while (value == 0) {
        fill_random(reinterpret_cast<unsigned char*>(&value), sizeof(value));
        value &= 0x7fff'ffff'ffff'ffffULL;
    }
    return static_cast<std::int64_t>(value);
}

Uuid make_uuid_v7(TimestampUs now_us) {
    Uuid id;
    fill_random(id.bytes.data(), id.bytes.size());
    auto milliseconds = static_cast<std::uint64_t>(now_us / 1000);
    for (int i = 5; i >= 0; --i) {
        id.bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(milliseconds);
        milliseconds >>= 8;
    }
    id.bytes[6] = static_cast<unsigned char>(0x70 | (id.bytes[6] & 0x0f));
    id.bytes[8] = static_cast<unsigned char>(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

std::optional<Uuid> find_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid id;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_dash_place(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        int value = hex_value(text[i]);
        if (value < 0) return std::nullopt;
        auto& byte = id.bytes[nibble / 2];
        byte = static_cast<unsigned char>(byte << 4 | value);
        ++nibble;
    }
    return id;
}

}  // namespace icelight
