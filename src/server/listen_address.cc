#include "server/listen_address.h"

#include <charconv>

#include "server/auth.h"

namespace icelight::server {

Result<ListenAddress> parse_listen_address(std::string_view text) {
    const auto colon = text.rfind(':');
    const std::string_view digits = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
        return fail(ErrorCode::kInvalidArgument,
                    "server.listen = " + std::string(text) +
                        ": give address:port, for example 127.0.0.1:8787");
    }
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    if (host.empty()) host = "0.0.0.0";
    return ListenAddress{std::string(host), port};
}

Result<> check_sql_exposure(const ListenAddress& listen,
                            bool has_landlock,
                            bool is_insecure_sql_allowed) {
    if (has_landlock || is_insecure_sql_allowed || is_loopback_host(listen.address)) return {};
    return fail(
        ErrorCode::kForbidden,
        "this kernel has no Landlock (Linux 5.13 or later, lsm=...,landlock), so SQL from " +
            listen.address +
            " would be kept from other files by the gate alone; listen on 127.0.0.1, or "
            "give --insecure-sql");
}

Result<> check_exposure(const ListenAddress& listen, const Exposure& exposure) {
    if (is_loopback_host(listen.address) || exposure.is_insecure_allowed) return {};
    if (exposure.has_write_key && exposure.has_token) return {};
    return fail(
        ErrorCode::kForbidden,
        "listening on " + listen.address +
            " without keys would let anybody send and read events; make them with 'icelight source "
            "add NAME' and 'icelight token add NAME --role admin', or set AUTH_TOKEN=<write key> "
            "and "
            "API_TOKEN=<token>, or listen on 127.0.0.1, or give --insecure on a closed network");
}

}  // namespace icelight::server
