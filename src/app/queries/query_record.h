#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace icelight::app {

inline constexpr std::size_t kRecordedSqlBytesMax = 4'096;
inline constexpr std::size_t kRecordedErrorBytesMax = 1'024;

/// A query that ended, as the history keeps it.
struct QueryRecord {
    std::int64_t id = 0;         ///< Ascending with the start, also across restarts.
    std::string name;            ///< The client's own; may be empty.
    std::string owner;           ///< The name of the token, or of who needs none.
    std::string kind;            ///< "sql", "cube".
    std::string sql;             ///< At most kRecordedSqlBytesMax, cut between characters.
    std::int64_t sql_bytes = 0;  ///< Of the whole statement.
    std::string format;          ///< "json", "csv", ...
    std::string status;          ///< "ok", "error", "timeout", "cancelled".
    std::string error;           ///< At most kRecordedErrorBytesMax; empty of "ok".
    TimestampUs started_at_us = 0;
    std::int64_t duration_us = 0;  ///< From its arrival to its last byte.
    std::int64_t rows = 0;
    std::int64_t bytes = 0;  ///< Of the body, before compression.
    std::string meta;        ///< A JSON object, as replies carry it; empty when there was none.
};

/// `text` or its first `bytes_max` bytes, without half a character of UTF-8 at the end.
std::string cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace icelight::app
