#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The shape of an event, written once. The Iceberg schema, the Parquet columns,
/// contracts/event.schema.json and docs/event-columns.md are derived from the two tables below.
namespace icelight::event {

enum class ColumnType : std::uint8_t {
    kString,
    kJsonText,     ///< Iceberg string; the JSON bytes as the client sent them.
    kTimestamptz,  ///< Microseconds, UTC.
    kLong,
    kInt,
    kBinary,
};

struct Column {
    int id;  ///< Iceberg field id: 1 for the first column, then upwards without gaps.
    std::string_view name;
    ColumnType type;
    bool is_required;
    std::string_view source;  ///< Where the value comes from: JSON members or a part of the server.
    std::string_view doc;
};

/// Field ids of kEventColumns.
namespace id {
inline constexpr int kMessageId = 1;
inline constexpr int kType = 2;
inline constexpr int kUserId = 3;
inline constexpr int kAnonymousId = 4;
inline constexpr int kEvent = 5;
inline constexpr int kName = 6;
inline constexpr int kProperties = 7;
inline constexpr int kTraits = 8;
inline constexpr int kContext = 9;
inline constexpr int kTimestamp = 10;
inline constexpr int kSentAt = 11;
inline constexpr int kReceivedAt = 12;
inline constexpr int kIngestTs = 13;
inline constexpr int kOriginalTimestamp = 14;
inline constexpr int kGroupId = 15;
inline constexpr int kPreviousId = 16;
inline constexpr int kCategory = 17;
inline constexpr int kIntegrations = 18;
inline constexpr int kExtra = 19;
inline constexpr int kSourceId = 20;
inline constexpr int kLogOffset = 21;
inline constexpr int kLogShard = 22;
inline constexpr int kIngestInfo = 23;
}  // namespace id

/// Field ids of kRejectedColumns.
namespace rejected_id {
inline constexpr int kStage = 1;
inline constexpr int kFamily = 2;
inline constexpr int kType = 3;
inline constexpr int kPath = 4;
inline constexpr int kDetail = 5;
inline constexpr int kRaw = 6;
inline constexpr int kRawBytes = 7;
inline constexpr int kRawSha256 = 8;
inline constexpr int kContentType = 9;
inline constexpr int kSourceId = 10;
inline constexpr int kMessageId = 11;
inline constexpr int kReceivedAt = 12;
inline constexpr int kIngestTs = 13;
inline constexpr int kReplayOf = 14;
inline constexpr int kLogOffset = 15;
inline constexpr int kLogShard = 16;
}  // namespace rejected_id

inline constexpr std::size_t kEventColumnCount = 23;
inline constexpr std::size_t kRejectedColumnCount = 16;

// clang-format off: one column a line.
/// analytics.events
inline constexpr std::array<Column, kEventColumnCount> kEventColumns{{
    {id::kMessageId,
     "message_id",
     ColumnType::kString,
     true,
     "messageId",
     "The client's id of this event; a number becomes its text. Blank or missing: a new UUIDv7, or "
     "derived from the reject's offset on replay."},
    {id::kType,
     "type",
     ColumnType::kString,
     true,
     "path, else type",
     "track, identify, page, screen, group, alias or merge."},
    {id::kUserId,
     "user_id",
     ColumnType::kString,
     false,
     "userId",
     "Numbers become their text, byte-exact; blank is NULL."},
    {id::kAnonymousId,
     "anonymous_id",
     ColumnType::kString,
     false,
     "anonymousId",
     "Numbers become their text, byte-exact; blank is NULL."},
    {id::kEvent, "event", ColumnType::kString, false, "event", "The name of a track event."},
    {id::kName, "name", ColumnType::kString, false, "name", "The name of a page or screen."},
    {id::kProperties,
     "properties",
     ColumnType::kJsonText,
     false,
     "properties",
     "JSON text, the bytes as sent."},
    {id::kTraits,
     "traits",
     ColumnType::kJsonText,
     false,
     "traits, else context.traits",
     "JSON text, the bytes as sent."},
    {id::kContext,
     "context",
     ColumnType::kJsonText,
     false,
     "context",
     "JSON text, the bytes as sent; members that only the batch's context has are appended."},
    {id::kTimestamp,
     "timestamp",
     ColumnType::kTimestamptz,
     true,
     "timestamp, originalTimestamp, sentAt",
     "When it happened, by the rule that ingest_info names; never more than 24 h after "
     "received_at."},
    {id::kSentAt,
     "sent_at",
     ColumnType::kTimestamptz,
     false,
     "sentAt, else the batch's sentAt, else the SentAt header",
     "The client's clock when it sent the request."},
    {id::kReceivedAt,
     "received_at",
     ColumnType::kTimestamptz,
     true,
     "server",
     "The server's clock when the request was read."},
    {id::kIngestTs,
     "__ingest_ts",
     ColumnType::kTimestamptz,
     false,
     "log",
     "The clock of the log record that holds the event; the table is partitioned by its day."},
    {id::kOriginalTimestamp,
     "original_timestamp",
     ColumnType::kTimestamptz,
     false,
     "originalTimestamp, else timestamp",
     "When it happened by the client's clock."},
    {id::kGroupId,
     "group_id",
     ColumnType::kString,
     false,
     "groupId",
     "Numbers become their text, byte-exact; blank is NULL."},
    {id::kPreviousId,
     "previous_id",
     ColumnType::kString,
     false,
     "previousId",
     "Numbers become their text, byte-exact; blank is NULL."},
    {id::kCategory,
     "category",
     ColumnType::kString,
     false,
     "category",
     "The category of a page or screen."},
    {id::kIntegrations,
     "integrations",
     ColumnType::kJsonText,
     false,
     "integrations",
     "JSON text, the bytes as sent; members that only the batch's integrations has are appended."},
    {id::kExtra,
     "extra",
     ColumnType::kJsonText,
     false,
     "every other member",
     "A JSON object of all other top-level members but writeKey, the bytes as sent; also times "
     "that could not be read and a type that the path overruled."},
    {id::kSourceId,
     "source_id",
     ColumnType::kString,
     false,
     "server",
     "The source whose write key was used; default when authentication is off."},
    {id::kLogOffset,
     "_log_offset",
     ColumnType::kLong,
     false,
     "log",
     "Unique and increasing; gaps are offsets in events__rejected. NULL in rows of other writers."},
    {id::kLogShard,
     "_log_shard",
     ColumnType::kInt,
     false,
     "log",
     "The log's shard; 0 on one machine."},
    {id::kIngestInfo,
     "ingest_info",
     ColumnType::kJsonText,
     false,
     "server",
     "A JSON object: rule, skew_ms, ip, and only when true or had: clamped, bot, illegal_ids, "
     "repaired, replay_of."},
}};

/// analytics.events__rejected
inline constexpr std::array<Column, kRejectedColumnCount> kRejectedColumns{{
    {rejected_id::kStage,
     "stage",
     ColumnType::kString,
     false,
     "server",
     "parse, validate, flush, or replay for the note that a replayed event had been stored "
     "before."},
    {rejected_id::kFamily,
     "family",
     ColumnType::kString,
     false,
     "server",
     "deserialization or validation."},
    {rejected_id::kType,
     "type",
     ColumnType::kString,
     false,
     "server",
     "parse_failure, missing_field, type_mismatch, invalid_value, too_large, too_deep or "
     "duplicate."},
    {rejected_id::kPath,
     "path",
     ColumnType::kString,
     false,
     "server",
     "The member at fault, such as batch[3].userId, or track.userId where the URL named the type; "
     "empty for the whole body."},
    {rejected_id::kDetail,
     "detail",
     ColumnType::kString,
     false,
     "server",
     "One sentence for people."},
    {rejected_id::kRaw,
     "raw",
     ColumnType::kBinary,
     false,
     "body",
     "The first 64 KiB of the event, or of the body when it is not JSON, as sent."},
    {rejected_id::kRawBytes,
     "raw_bytes",
     ColumnType::kLong,
     false,
     "body",
     "How long the whole of it was."},
    {rejected_id::kRawSha256,
     "raw_sha256",
     ColumnType::kString,
     false,
     "body",
     "SHA-256 of the whole of it, lower-case hex."},
    {rejected_id::kContentType,
     "content_type",
     ColumnType::kString,
     false,
     "server",
     "The request's Content-Type header."},
    {rejected_id::kSourceId,
     "source_id",
     ColumnType::kString,
     false,
     "server",
     "The source whose write key was used; default when authentication is off."},
    {rejected_id::kMessageId,
     "message_id",
     ColumnType::kString,
     false,
     "messageId",
     "If it could be read."},
    {rejected_id::kReceivedAt,
     "received_at",
     ColumnType::kTimestamptz,
     true,
     "server",
     "The server's clock when the request was read."},
    {rejected_id::kIngestTs,
     "__ingest_ts",
     ColumnType::kTimestamptz,
     false,
     "log",
     "The clock of the log record; the table is partitioned by its day."},
    {rejected_id::kReplayOf,
     "replay_of",
     ColumnType::kLong,
     false,
     "server",
     "The offset of the reject that this one replayed, if it did."},
    {rejected_id::kLogOffset,
     "_log_offset",
     ColumnType::kLong,
     false,
     "log",
     "Unique and increasing, in one sequence with the offsets of events."},
    {rejected_id::kLogShard,
     "_log_shard",
     ColumnType::kInt,
     false,
     "log",
     "The log's shard; 0 on one machine."},
}};

// clang-format on

/// Iceberg's name of the type: "string", "timestamptz", "long", "int", "binary".
constexpr std::string_view iceberg_type_name(ColumnType type) {
    switch (type) {
        case ColumnType::kTimestamptz:
            return "timestamptz";
        case ColumnType::kLong:
            return "long";
        case ColumnType::kInt:
            return "int";
        case ColumnType::kBinary:
            return "binary";
        default:
            return "string";
    }
}

}  // namespace icelight::event
