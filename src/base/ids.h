#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace icelight {

/// 16 bytes, printed as 8-4-4-4-12 lower-case hex.
struct Uuid {
    std::array<unsigned char, 16> bytes{};
    friend bool operator==(const Uuid&, const Uuid&) = default;

    bool is_nil() const { return *this == Uuid{}; }

    std::string text() const;

    std::string prefix() const { return text().substr(0, 8); }  ///< First 8 hex digits.
};

/// Fills `out` from the kernel's generator (getrandom); aborts if the kernel refuses.
void fill_random(unsigned char* out, std::size_t bytes);

/// A random 64-bit number above zero that fits a signed long (Iceberg snapshot ids).
std::int64_t make_random_id();

/// Version 7 (RFC 9562 section 5.7): sorts by the millisecond of `now_us`.
Uuid make_uuid_v7(TimestampUs now_us);

/// Accepts 36 characters with dashes, either case; nothing else.
std::optional<Uuid> find_uuid(std::string_view text);

}  // namespace icelight
