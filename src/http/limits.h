#pragma once

#include <chrono>
#include <cstddef>

namespace icelight::http {

/// What a stranger may make a connection cost. Every wait and every buffer of this module is here.
struct Limits {
    std::size_t target_bytes_max = 256 << 10;  ///< Past it: 414.
    std::size_t headers_bytes_max = 64 << 10;  ///< Past it: 431.
    std::size_t headers_count_max = 200;       ///< Past it: 431.
    std::size_t body_bytes_max = 5 << 20;      ///< As sent; past it: 413. A route may allow less.
    /// All request bodies being read at one time; past it: 429.
    std::size_t bodies_bytes_max = 512 << 20;
    std::size_t connections_max = 20'000;              ///< Past it: 503 and close.
    std::chrono::milliseconds header_timeout{15'000};  ///< First byte of a request to its last
                                                       ///< header; then 408.
    std::chrono::milliseconds body_timeout{60'000};    ///< Then 408.
    std::chrono::milliseconds idle_timeout{75'000};    ///< Between requests; then closed.
    std::chrono::milliseconds write_timeout{30'000};   ///< Without progress; then closed.
    std::chrono::milliseconds linger_timeout{2'000};   ///< For the peer to read a last answer.
    std::chrono::milliseconds sweep_interval{250};     ///< How exactly the waits above are kept.
};

/// Room that is left behind a request body, so that a parser can pad it in place.
inline constexpr std::size_t kBodySlackBytes = 128;

}  // namespace icelight::http
