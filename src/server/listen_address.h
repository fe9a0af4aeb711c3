#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace icelight::server {

struct ListenAddress {
    std::string address;  ///< Numeric: "127.0.0.1", "::1", "0.0.0.0".
    std::uint16_t port = 0;
};

/// "127.0.0.1:8787", "[::1]:8787", "localhost:8787", ":8787" (all addresses).
/// @error kInvalidArgument
Result<ListenAddress> parse_listen_address(std::string_view text);

/// What stands between strangers and this server.
struct Exposure {
    bool has_write_key = false;  ///< Events need a key, and there is one.
    bool has_token = false;
    bool is_insecure_allowed = false;
};

/// Refuses to let strangers' SQL run where the kernel cannot keep it away from other files.
/// @error kForbidden  beyond loopback without Landlock; the message says what to do.
Result<> check_sql_exposure(const ListenAddress& listen,
                            bool has_landlock,
                            bool is_insecure_sql_allowed);

/// Refuses to listen beyond loopback without a write key and a token.
/// @error kForbidden  the message holds the lines that fix it.
Result<> check_exposure(const ListenAddress& listen, const Exposure& exposure);

}  // namespace icelight::server
