#include "server/api/sql/queries.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/queries/query_history.h"
#include "base/offload.h"
#include "http/router.h"
#include "http/target.h"
#include "query/service.h"
#include "server/api/query.h"
#include "server/auth.h"
#include "server/iso_text.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

/// Of long statements the beginning is shown.
constexpr std::size_t kShownSqlBytes = 4'096;
constexpr std::int64_t kListedMax = 200;

/// The owner whose queries the caller may see; empty: all.
std::string visible_owner(const Auth& auth, const http::Request& request) {
    const auto caller = auth.find_caller(request);
    if (!caller) return "nobody";  // The route's check has refused this already.
    return (*caller)->role == app::Role::kAdmin ? std::string() : (*caller)->name;
}

http::Response make_answer(std::string body) {
    auto response = http::make_json(http::status::kOk, std::move(body));
    response.add_header("Cache-Control", "no-store");
    return response;
}

http::Response make_answer(const json::object& body) {
    return make_answer(json::serialize(body));
}

json::object json_of(const query::ActiveQuery& query) {
    return {{"id", std::to_string(query.id)},
            {"queryId", query.name},
            {"owner", query.owner},
            {"sql", query.sql.substr(0, kShownSqlBytes)},
            {"state", query.is_running ? "running" : "waiting"},
            {"elapsedMs", query.age.count()},
            {"leftMs", query.left.count()}};
}

/// With times as plain numbers, which the library writes as 7.171E0; `meta` is kept as JSON.
std::string text_of(const app::QueryRecord& record) {
    const json::object texts{
        {"id", std::to_string(record.id)},
        {"queryId", record.name},
        {"owner", record.owner},
        {"kind", record.kind},
        {"sql", record.sql},
        {"sqlBytes", record.sql_bytes},
        {"format", record.format},
        {"state", "ended"},
        {"status", record.status},
        {"error", record.error.empty() ? json::value() : json::value(record.error)},
        {"startedAt", iso_milliseconds(record.started_at_us)},
        {"rows", record.rows},
        {"bytes", record.bytes}};
    std::string text = json::serialize(texts);
    text.pop_back();
    fmt::format_to(std::back_inserter(text),
                   R"(,"durationMs":{:.3f},"meta":{}}})",
                   static_cast<double>(record.duration_us) / 1'000.0,
                   record.meta.empty() ? "null" : record.meta);
    return text;
}

awaitable<http::Response> list_active(QueriesRoutes with, http::RequestPtr request) {
    const auto owner = visible_owner(with.auth, *request);
    json::array queries;
    for (const auto& query : with.service.active()) {
        if (owner.empty() || query.owner == owner) queries.push_back(json_of(query));
    }
    co_return make_answer({{"success", true}, {"queries", std::move(queries)}});
}

Result<std::int64_t> parse_number(const std::string& name,
                                  const std::string& text,
                                  std::int64_t max) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= max)
        return value;
    return fail(ErrorCode::kInvalidArgument,
                name + ": give a whole number from 1 to " + std::to_string(max));
}

Result<app::HistoryFilter> parse_filter(const http::Request& request) {
    app::HistoryFilter filter;
    const auto parameters = http::parse_query(request.query());
    if (!parameters) return fail(ErrorCode::kInvalidArgument, "the query string is malformed");
    for (const auto& [name, value] : *parameters) {
        if (name == "status") {
            constexpr std::string_view kKnown[] = {"ok", "error", "timeout", "cancelled"};
            if (std::ranges::find(kKnown, value) == std::end(kKnown)) {
                return fail(ErrorCode::kInvalidArgument,
                            "status: give ok, error, timeout or cancelled");
            }
            filter.status = value;
        } else if (name == "text") {
            filter.text = value;
        } else if (name == "before") {
            ICE_ASSIGN(filter.before_id, parse_number(name, value, INT64_MAX));
        } else if (name == "limit") {
            ICE_ASSIGN(const auto limit, parse_number(name, value, kListedMax));
            filter.limit = static_cast<std::size_t>(limit);
        } else {
            return fail(ErrorCode::kInvalidArgument,
                        "unknown parameter " + name + "; known are status, text, before and limit");
        }
    }
    return filter;
}

Result<std::string> list_history(app::QueryHistory& history, const app::HistoryFilter& filter) {
    ICE_ASSIGN(const auto records, history.list(filter));
    std::string body = R"({"success":true,"queries":[)";
    for (const auto& record : records) {
        if (&record != &records.front()) body += ',';
        body += text_of(record);
    }
    const bool may_be_more = records.size() == filter.limit;
    body += may_be_more ? fmt::format(R"(],"next":"{}"}})", records.back().id)
                        : std::string(R"(],"next":null})");
    return body;
}

awaitable<http::Response> answer_history(QueriesRoutes with, http::RequestPtr request) {
    auto filter = parse_filter(*request);
    if (!filter) co_return http::make_error(filter.error());
    filter->owner = visible_owner(with.auth, *request);
    std::function<Result<std::string>()> work =
        std::bind_front(list_history, std::ref(with.history), std::move(*filter));
    auto body = co_await offload<std::string>(with.pool, std::move(work));
    if (!body) co_return http::make_error(body.error());
    co_return make_answer(std::move(*body));
}

std::optional<json::object> find_active(const query::Service& service,
                                        const std::string& id,
                                        const std::string& owner) {
    for (const auto& query : service.active()) {
        if (!owner.empty() && query.owner != owner) continue;
        if (query.name == id || std::to_string(query.id) == id) return json_of(query);
    }
    return std::nullopt;
}

awaitable<http::Response> answer_one(QueriesRoutes with, http::RequestPtr request) {
    const std::string id = request->parameter(0);
    const auto owner = visible_owner(with.auth, *request);
    if (auto active = find_active(with.service, id, owner))
        co_return make_answer({{"success", true}, {"query", std::move(*active)}});
    using Found = std::optional<app::QueryRecord>;
    std::function<Result<Found>()> work =
        std::bind_front(&app::QueryHistory::find, &with.history, id, owner);
    auto found = co_await offload<Found>(with.pool, std::move(work));
    if (!found) co_return http::make_error(found.error());
    const Found record = std::move(*found);
    if (!record) {
        co_return http::make_error(http::status::kNotFound,
                                   "no query of that id; GET /api/queries/active and "
                                   "/api/queries/history list them");
    }
    co_return make_answer(fmt::format(R"({{"success":true,"query":{}}})", text_of(*record)));
}

awaitable<http::Response> end_query(QueriesRoutes with, http::RequestPtr request) {
    const auto count =
        with.service.cancel_named(request->parameter(0), visible_owner(with.auth, *request));
    if (count == 0) {
        co_return http::make_error(http::status::kNotFound,
                                   "no query of that id waits or runs; GET /api/queries/active");
    }
    co_return make_answer({{"success", true}, {"cancelled", count}});
}

}  // namespace

void add_queries_routes(http::Router& router, QueriesRoutes with) {
    const http::Check check = [&auth = with.auth](http::Request& request) {
        return refuse_query(auth, request);
    };
    using Answer = awaitable<http::Response> (*)(QueriesRoutes, http::RequestPtr);
    const auto add = [&](http::Method method, const char* pattern, Answer answer) {
        router.add(
            {.method = method,
             .pattern = pattern,
             .handler = [with, answer](
                            http::RequestPtr request) { return answer(with, std::move(request)); },
             .check = check});
    };
    add(http::Method::kGet, "/api/queries/active", list_active);
    add(http::Method::kGet, "/api/queries/history", answer_history);
    add(http::Method::kGet, "/api/queries/{id}", answer_one);
    add(http::Method::kDelete, "/api/queries/{id}", end_query);
}

}  // namespace icelight::server
