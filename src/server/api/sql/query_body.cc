#include "server/api/sql/query_body.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "event/timestamps.h"

namespace icelight::server {
namespace {

using boost::json::object;
using query::Format;

constexpr int kBodyDepthMax = 8;
constexpr std::size_t kParametersMax = 1'000;
constexpr std::chrono::milliseconds kStalenessMax{24LL * 3600 * 1000};

constexpr std::array<std::pair<std::string_view, Format>, 5> kFormats{
    {{"json", Format::kJson},
     {"csv", Format::kCsv},
     {"ndjson", Format::kNdjson},
     {"parquet", Format::kParquet},
     {"arrow", Format::kArrow}}};

constexpr std::array<std::string_view, 10> kMembers{"sql",
                                                    "query",
                                                    "format",
                                                    "params",
                                                    "freshness",
                                                    "timeoutMs",
                                                    "asOf",
                                                    "maxRows",
                                                    "queryId",
                                                    "maxStalenessMs"};

/// "max_rows" and "MaxRows" are "maxrows".
std::string folded(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '_' || c == '-') continue;
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

/// A member that is known by another spelling would be passed over, and the answer be another one.
/// Members that nobody knows are: clients of other servers send some.
Result<> check_spelling(const object& body) {
    for (const auto& member : body) {
        const std::string_view name = member.key();
        for (const auto known : kMembers) {
            if (name != known && folded(name) == folded(known)) {
                return fail(ErrorCode::kInvalidArgument,
                            fmt::format("unknown member `{}`: write `{}`", name, known));
            }
        }
    }
    return {};
}

/// The text member of that name, "" when absent.
Result<std::string> find_text(const object& body, const char* name) {
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return std::string();
    if (!value->is_string())
        return fail(ErrorCode::kInvalidArgument, fmt::format("`{}` must be a string", name));
    return std::string(value->as_string());
}

/// The member, at least `min`; empty when absent.
Result<std::optional<std::int64_t>> find_number(const object& body,
                                                const char* name,
                                                std::int64_t min) {
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return std::optional<std::int64_t>();
    boost::json::error_code error;
    const auto number = value->to_number<std::int64_t>(error);
    if (error || number < min) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("`{}` must be a whole number, at least {}", name, min));
    }
    return std::optional(number);
}

/// The same in milliseconds.
Result<std::optional<std::chrono::milliseconds>> find_time(const object& body,
                                                           const char* name,
                                                           std::int64_t min) {
    ICE_ASSIGN(const auto number, find_number(body, name, min));
    if (!number) return std::optional<std::chrono::milliseconds>();
    return std::optional(std::chrono::milliseconds(*number));
}

Result<Format> find_format(const object& body, Format format_default) {
    ICE_ASSIGN(const auto name, find_text(body, "format"));
    if (name.empty()) return format_default;
    for (const auto& [known, format] : kFormats)
        if (name == known) return format;
    return fail(ErrorCode::kInvalidArgument,
                "Unknown format: " + name + "; json, csv, ndjson, parquet and arrow are there");
}

Result<std::optional<query::AsOf>> find_as_of(const object& body) {
    const auto* value = body.if_contains("asOf");
    if (value == nullptr || value->is_null()) return std::optional<query::AsOf>();
    std::string text;
    if (value->is_string()) text = value->as_string();
    if (value->is_int64()) text = std::to_string(value->as_int64());
    query::AsOf as_of;
    std::int64_t snapshot = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), snapshot);
    if (error == std::errc() && end == text.data() + text.size()) {
        as_of.snapshot_id = snapshot;
        return std::optional(as_of);
    }
    const auto time = event::find_timestamp(text);
    if (!time) {
        return fail(ErrorCode::kInvalidArgument,
                    "`asOf` must be a snapshot's id or a time such as 2026-01-31T12:00:00Z");
    }
    as_of.timestamp_ms = *time / 1'000;
    return std::optional(as_of);
}

Result<std::vector<query::Value>> find_parameters(const object& body) {
    std::vector<query::Value> values;
    const auto* list = body.if_contains("params");
    if (list == nullptr || list->is_null()) return values;
    if (!list->is_array() || list->as_array().size() > kParametersMax) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("`params` must be an array of the values of $1, $2, ..., at most "
                                "{} of them",
                                kParametersMax));
    }
    for (const auto& item : list->as_array()) {
        if (item.is_null()) {
            values.emplace_back();
        } else if (item.is_bool()) {
            values.emplace_back(item.as_bool());
        } else if (item.is_int64()) {
            values.emplace_back(item.as_int64());
        } else if (item.is_double()) {
            values.emplace_back(item.as_double());
        } else if (item.is_string()) {
            values.emplace_back(std::string(item.as_string()));
        } else {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("`params`: number {} must be a string, a number below 2^63, "
                                    "true, false or null",
                                    values.size() + 1));
        }
    }
    return values;
}

Result<> read_data_choice(const object& body, query::Request& request) {
    ICE_ASSIGN(const std::string freshness, find_text(body, "freshness"));
    if (!freshness.empty() && freshness != "committed" && freshness != "live") {
        return fail(ErrorCode::kInvalidArgument,
                    "Unknown freshness: " + freshness + "; live and committed are there");
    }
    request.is_committed_only = freshness == "committed";
    ICE_ASSIGN(request.as_of, find_as_of(body));
    ICE_ASSIGN(const auto staleness, find_time(body, "maxStalenessMs", 0));
    if (staleness) request.staleness_max = std::min(*staleness, kStalenessMax);
    return {};
}

}  // namespace

query::Format find_accepted_format(std::string_view accept) {
    while (!accept.empty()) {
        const auto comma = accept.find(',');
        auto type = accept.substr(0, comma);
        type = type.substr(0, type.find(';'));
        while (!type.empty() && type.front() == ' ')
            type.remove_prefix(1);
        while (!type.empty() && type.back() == ' ')
            type.remove_suffix(1);
        for (const auto& [name, format] : kFormats) {
            const auto known = query::content_type_of(format);
            if (!type.empty() && type == known.substr(0, known.find(';'))) return format;
        }
        if (comma == std::string_view::npos) break;
        accept.remove_prefix(comma + 1);
    }
    return Format::kJson;
}

Result<query::Request> parse_query_body(const std::string& text,
                                        std::chrono::milliseconds timeout_max,
                                        query::Format format_default) {
    boost::json::error_code error;
    const auto parsed = boost::json::parse(text, error, {}, {.max_depth = kBodyDepthMax});
    if (error || !parsed.is_object()) return fail(ErrorCode::kInvalidArgument, "Invalid JSON body");
    const auto& body = parsed.as_object();
    ICE_TRY(check_spelling(body));
    query::Request request;
    ICE_ASSIGN(request.sql, find_text(body, "sql"));
    if (request.sql.empty()) {
        ICE_ASSIGN(request.sql, find_text(body, "query"));
    }
    if (request.sql.empty())
        return fail(ErrorCode::kInvalidArgument, "Missing `sql`: the text of one SELECT");
    if (request.sql.size() > query::kSqlBytesMax) {
        return fail(ErrorCode::kInvalidArgument,
                    "SQL validation failed: the text is longer than 256 KiB");
    }
    ICE_ASSIGN(request.format, find_format(body, format_default));
    ICE_ASSIGN(request.values, find_parameters(body));
    ICE_ASSIGN(request.name, find_text(body, "queryId"));
    if (request.name.size() > query::kQueryNameBytesMax)
        return fail(ErrorCode::kInvalidArgument, "`queryId` is longer than 128 bytes");
    ICE_TRY(read_data_choice(body, request));
    ICE_ASSIGN(const auto rows_max, find_number(body, "maxRows", 1));
    if (rows_max) request.rows_max = static_cast<std::uint64_t>(*rows_max);
    ICE_ASSIGN(const auto timeout, find_time(body, "timeoutMs", 1));
    request.timeout = std::min(timeout.value_or(timeout_max), timeout_max);
    return request;
}

}  // namespace icelight::server
