#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace icelight::app {

/// What is kept of the address that an event came from.
enum class IpPolicy : std::uint8_t {
    kKeep,
    kTruncate,  ///< IPv4 to its /24, IPv6 to its /48.
    kHash,      ///< A keyed hash: the same address is the same text, and no more.
    kRemove,
};

std::string_view ip_policy_name(IpPolicy policy);  ///< "keep", "truncate", "hash", "remove".
std::optional<IpPolicy> find_ip_policy(std::string_view name);

/// The source that events belong to when no source of their own was asked for.
inline constexpr std::string_view kDefaultSource = "default";

/// Whoever sends events under write keys of its own.
struct Source {
    std::string id;  ///< What the column source_id holds; never changes.
    std::string name;
    bool is_enabled = true;
    /// Pages that may send, as "https://shop.example"; empty: all that the server allows.
    std::vector<std::string> allowed_origins;
    std::int64_t events_per_second_max = 0;  ///< 0: what the server's options say.
    IpPolicy ip_policy = IpPolicy::kKeep;
    TimestampUs created_at_us = 0;

    friend bool operator==(const Source&, const Source&) = default;
};

inline constexpr std::size_t kSourcesMax = 1'000;
inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kIdBytesMax = 64;
inline constexpr std::size_t kOriginsMax = 100;
inline constexpr std::size_t kOriginBytesMax = 300;
inline constexpr std::int64_t kEventsPerSecondMax = 1'000'000'000;

/// "Web shop" -> "web-shop": lower-case letters, digits, '-' and '_', at most kIdBytesMax.
/// @error kInvalidArgument  nothing of the name fits.
Result<std::string> make_id(std::string_view name);

/// Every member within its bounds, origins of the form scheme://host[:port].
/// @error kInvalidArgument  names the member and what is allowed.
Result<> check_source(const Source& source);

/// One of a source's write keys, without the secret.
struct WriteKey {
    std::string id;
    std::string source_id;
    std::string hint;  ///< Its first characters.
    TimestampUs created_at_us = 0;
    TimestampUs expires_at_us = 0;  ///< From then on it is refused; 0: never.
};

inline constexpr std::size_t kWriteKeysPerSourceMax = 10;

}  // namespace icelight::app
