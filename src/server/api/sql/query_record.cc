#include "server/api/sql/query_record.h"

#include <string>

#include <fmt/format.h>

#include "query/reply/reply_meta.h"

namespace icelight::server {
namespace {

std::string_view status_name(ErrorCode code) {
    if (code == ErrorCode::kTimeout) return "timeout";
    // Also the server's stop, which cancels.
    if (code == ErrorCode::kShuttingDown) return "cancelled";
    return "error";
}

std::string meta_of(const query::Reply& reply) {
    std::string meta = "{";
    if (!reply.facts.columns_json.empty()) meta += R"("columns":)" + reply.facts.columns_json + ",";
    query::append_meta(reply.facts, meta);
    if (reply.age) meta += fmt::format(R"(,"cacheAgeMs":{})", reply.age->count());
    return meta + "}";
}

}  // namespace

std::string_view format_name(query::Format format) {
    switch (format) {
        case query::Format::kJson:
            return "json";
        case query::Format::kCsv:
            return "csv";
        case query::Format::kNdjson:
            return "ndjson";
        case query::Format::kParquet:
            return "parquet";
        case query::Format::kArrow:
            break;
    }
    return "arrow";
}

std::optional<app::QueryRecord> make_query_record(const query::QueryEnd& end) {
    if (end.request.origin == query::Origin::kServer) return std::nullopt;
    app::QueryRecord record;
    record.id = static_cast<std::int64_t>(end.id);
    record.name = end.request.name;
    record.owner = end.request.owner;
    record.kind = end.request.origin == query::Origin::kSql ? "sql" : "cube";
    record.sql = app::cut_text(end.request.sql, app::kRecordedSqlBytesMax);
    record.sql_bytes = static_cast<std::int64_t>(end.request.sql.size());
    record.format = format_name(end.request.format);
    record.started_at_us = end.started_us;
    record.duration_us = end.took.count();
    if (!end.reply) {
        record.status = status_name(end.reply.error().code);
        record.error = app::cut_text(end.reply.error().message, app::kRecordedErrorBytesMax);
        return record;
    }
    record.status = "ok";
    record.rows = static_cast<std::int64_t>(end.reply->facts.rows);
    record.bytes = static_cast<std::int64_t>(end.reply->bytes_written);
    record.meta = meta_of(*end.reply);
    return record;
}

}  // namespace icelight::server
