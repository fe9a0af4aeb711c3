#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace icelight::http {

/// Request methods (RFC 9110, section 9.3).
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kDelete, kPatch, kOptions, kOther };

inline constexpr std::size_t kMethodCount = 8;

std::string_view method_name(Method method);

/// Case matters: "get" is kOther.
Method parse_method(std::string_view name);

/// A set of methods, as `Allow` lists them.
class MethodSet {
public:
    void add(Method method) { bits_ |= bit(method); }

    bool holds(Method method) const { return (bits_ & bit(method)) != 0; }

    bool empty() const { return bits_ == 0; }

    /// "GET, HEAD, OPTIONS": HEAD comes with GET, OPTIONS always.
    std::string text() const;

private:
    static std::uint8_t bit(Method method) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(method));
    }

    std::uint8_t bits_ = 0;
};

}  // namespace icelight::http
