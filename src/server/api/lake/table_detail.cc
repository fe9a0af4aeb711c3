#include "server/api/lake/table_detail.h"

#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/offload.h"
#include "catalog/catalog.h"
#include "event/timestamps.h"
#include "http/router.h"
#include "http/target.h"
#include "iceberg/time_travel.h"
#include "server/api/iceberg/access.h"
#include "server/api/iceberg/endpoint.h"
#include "server/api/lake/table_parts.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::int64_t kFilesDefault = 1'000;
constexpr std::int64_t kFilesMax = 10'000;

/// What was asked for.
struct Question {
    catalog::TableIdent table;
    std::string part;
    std::optional<std::int64_t> snapshot;
    std::optional<std::int64_t> at_ms;
    std::int64_t limit = kFilesDefault;
    std::int64_t after = 0;
};

Result<std::int64_t> parse_number(const std::string& name, const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && value >= 0) return value;
    return fail(ErrorCode::kInvalidArgument, name + " is not a number of 0 or more: " + text);
}

Result<std::int64_t> parse_time_ms(const std::string& text) {
    const auto time_us = event::find_timestamp(text);
    if (time_us) return *time_us / 1'000;
    return fail(ErrorCode::kInvalidArgument, "at is not an ISO 8601 time: " + text);
}

Result<> set_parameter(Question& question, const std::string& name, const std::string& value) {
    if (name == "at") {
        ICE_ASSIGN(question.at_ms, parse_time_ms(value));
        return {};
    }
    ICE_ASSIGN(const std::int64_t number, parse_number(name, value));
    if (name == "snapshot") {
        question.snapshot = number;
    } else if (name == "limit") {
        question.limit = number;
    } else if (name == "after") {
        question.after = number;
    } else {
        return fail(ErrorCode::kInvalidArgument,
                    "unknown parameter " + name + "; known are snapshot, at, limit and after");
    }
    return {};
}

Result<Question> parse_question(const http::Request& request) {
    Question question;
    question.table = {parse_levels(request.parameter(0)), request.parameter(1)};
    question.part = request.parameter(2);
    const auto parameters = http::parse_query(request.query());
    if (!parameters) return fail(ErrorCode::kInvalidArgument, "the query string is malformed");
    for (const auto& [name, value] : *parameters) {
        ICE_TRY(set_parameter(question, name, value));
    }
    if (question.snapshot && question.at_ms)
        return fail(ErrorCode::kInvalidArgument, "give either snapshot or at");
    if (question.limit >= 1 && question.limit <= kFilesMax) return question;
    return fail(ErrorCode::kInvalidArgument, "limit is 1 to 10000");
}

Result<std::string> look_up(catalog::Catalog& catalog, const Question& question) {
    ICE_ASSIGN(const auto loaded, catalog.load_table(question.table));
    const iceberg::TableMetadata& table = *loaded.metadata;
    TablePart part{loaded.metadata, table.current_snapshot(), question.limit, question.after};
    if (question.snapshot) {
        ICE_ASSIGN(part.snapshot, iceberg::snapshot_of_id(table, *question.snapshot));
    }
    if (question.at_ms) {
        ICE_ASSIGN(part.snapshot, iceberg::snapshot_at_time(table, *question.at_ms));
    }
    return show_table_part(question.part, part);
}

awaitable<http::Response> answer(TableRoutes with, http::RequestPtr request) {
    const auto question = parse_question(*request);
    if (!question) co_return http::make_error(question.error());
    const auto caller = with.auth.find_caller(*request);
    if (!caller) co_return http::make_error(caller.error());
    const auto allowed = may(**caller, Verb::kRead, question->table.space);
    if (!allowed) co_return http::make_error(allowed.error());
    std::function<Result<std::string>()> work =
        std::bind_front(look_up, std::ref(with.catalog), *question);
    auto body = co_await offload<std::string>(with.pool, std::move(work));
    if (!body) co_return http::make_error(body.error());
    co_return http::make_json(http::status::kOk, std::move(*body));
}

}  // namespace

void add_table_detail_routes(http::Router& router, TableRoutes with) {
    router.add(
        {.method = http::Method::kGet,
         .pattern = "/api/tables/{namespace}/{table}/{part}",
         .handler = [with](http::RequestPtr request) { return answer(with, std::move(request)); },
         .check = [&auth = with.auth](http::Request& request) -> std::optional<http::Response> {
             const auto caller = auth.find_caller(request);
             if (caller) return std::nullopt;
             return http::make_error(caller.error());
         }});
}

}  // namespace icelight::server
