#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

/// Which rows of events__rejected a replay takes, and the SQL that finds them. Pure.
///
/// A reject counts as replayed when a row of either table names its offset: `ingest_info.replay_of`
/// of an event, `replay_of` of a newer reject or of a note (stage "replay"), which is no dead
/// letter itself. SQL sees the log's tail too, so what an earlier, killed replay made durable is
/// seen.
namespace icelight::server {

inline constexpr std::size_t kReplayOffsetsMax = 1'000;
inline constexpr std::uint64_t kReplayLimitDefault = 1'000;
inline constexpr std::uint64_t kReplayLimitMax = 10'000;
/// Of the rejects that cannot be replayed, the answer names so many.
inline constexpr std::uint64_t kNotReplayableNamedMax = 100;

/// What POST /api/dead-letters/replay asks for.
struct ReplayRequest {
    std::vector<std::uint64_t> offsets;  ///< Empty: all.
    std::string stage;                   ///< Empty: every stage.
    std::string source;                  ///< Empty: every source.
    std::optional<std::uint64_t> below;  ///< _log_offset, exclusive.
    std::optional<TimestampUs> from;     ///< received_at, inclusive.
    std::optional<TimestampUs> to;       ///< received_at, exclusive.
    std::uint64_t limit = kReplayLimitDefault;
    bool is_dry_run = false;
};

/// Reads {"offsets":[…],"stage":"…","source":"…","from":"…","to":"…","below":n,
/// "limit":n,"dry_run":bool};
/// every member may be absent.
/// @error kInvalidArgument  names the member.
Result<ReplayRequest> parse_replay_request(const std::string& body);

/// SQL names of the two tables, quoted.
struct DeadLetterTables {
    DeadLetterTables(std::string_view space, std::string_view table);

    std::string events;
    std::string rejects;
};

/// One row: matched, replayed, not_replayable (of those matched and not replayed).
std::string totals_sql(const DeadLetterTables& tables, const ReplayRequest& request);

/// At most request.limit rows with the column `o`: offsets that can be replayed, ascending.
std::string candidates_sql(const DeadLetterTables& tables, const ReplayRequest& request);

/// At most kNotReplayableNamedMax rows with the columns o, s (stage) and b (raw_bytes).
std::string not_replayable_sql(const DeadLetterTables& tables, const ReplayRequest& request);

/// The rejects at these offsets, for decode_dead_letters().
std::string letters_sql(const DeadLetterTables& tables, std::span<const std::uint64_t> offsets);

/// A reject as the table kept it.
struct DeadLetter {
    std::uint64_t offset = 0;
    std::string
        path;  ///< "batch[3].userId", "track.userId"; "", "batch" or "track" for a whole body.
    std::string raw;
    std::string content_type;
    std::string source_id;
    TimestampUs received_at = 0;
};

struct ReplayTotals {
    std::uint64_t matched = 0;
    std::uint64_t replayed = 0;
    std::uint64_t not_replayable = 0;
};

// From the reply {"data":[…]} of a query in JSON. @error kCorruption  it is not one of that query.
Result<ReplayTotals> decode_totals(const std::string& reply);
Result<std::vector<std::uint64_t>> decode_candidates(const std::string& reply);
Result<std::vector<DeadLetter>> decode_dead_letters(const std::string& reply);
/// A JSON array of {"offset":n,"reason":"…"}.
Result<std::string> describe_not_replayable(const std::string& reply);

}  // namespace icelight::server
