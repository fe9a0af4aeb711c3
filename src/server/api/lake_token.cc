#include "server/api/lake_token.h"

#include <charconv>

#include <fmt/format.h>

namespace icelight::server {

std::string make_lake_token(const Uuid& log_uuid, std::uint64_t next_offset) {
    return fmt::format("{}:0:{}", log_uuid.prefix(), next_offset);
}

Result<std::uint64_t> parse_lake_token(std::string_view token, const Uuid& log_uuid) {
    const auto first = token.find(':');
    const auto second = first == std::string_view::npos ? first : token.find(':', first + 1);
    if (second == std::string_view::npos || token.substr(first + 1, second - first - 1) != "0") {
        return fail(ErrorCode::kInvalidArgument, "X-Lake-After is not a token of an ingest answer");
    }
    if (token.substr(0, first) != log_uuid.prefix()) {
        return fail(ErrorCode::kInvalidArgument,
                    "X-Lake-After names a log that this server does not have");
    }
    const std::string_view digits = token.substr(second + 1);
    std::uint64_t offset = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return fail(ErrorCode::kInvalidArgument, "X-Lake-After is not a token of an ingest answer");
    }
    return offset;
}

}  // namespace icelight::server
