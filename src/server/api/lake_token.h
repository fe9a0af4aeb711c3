#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace icelight::server {

/// "<first 8 digits of the log's uuid>:<shard>:<next offset>": names a moment of the log. Every
/// event answered before it lies below the offset.
std::string make_lake_token(const Uuid& log_uuid, std::uint64_t next_offset);

/// The offset of a token of this log.
/// @error kInvalidArgument  not a token, another shard than 0, or of another log.
Result<std::uint64_t> parse_lake_token(std::string_view token, const Uuid& log_uuid);

}  // namespace icelight::server
