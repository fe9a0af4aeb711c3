#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace icelight::catalog {

/// Who feeds a table. A table may have several sinks, each with its own watermark.
using SinkId = std::int64_t;

/// The sink that carries the event log into `events` and `events__rejected`.
inline constexpr SinkId kEventSink = 1;

/// W: per shard of one log, the next offset that the tables do not hold yet.
///
/// A shard that is absent has next offset 0.
struct Watermark {
    Uuid log_uuid;
    std::map<std::int32_t, std::uint64_t> next_offset;

    bool operator==(const Watermark&) const = default;

    std::uint64_t next(std::int32_t shard) const;
};

/// Name of the table property and snapshot summary key that copy a sink's watermark:
/// "icelight.watermark" for kEventSink, "icelight.watermark.<sink>" for others.
std::string watermark_key(SinkId sink);

/// "<log_uuid>:<shard>:<next_offset>", shards ascending, joined by ','. At least one shard.
std::string encode_watermark(const Watermark& watermark);

/// @error kCorruption  not text of encode_watermark().
Result<Watermark> decode_watermark(std::string_view text);

}  // namespace icelight::catalog
