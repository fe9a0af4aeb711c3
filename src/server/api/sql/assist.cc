#include "server/api/sql/assist.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/completion.h"
#include "http/router.h"
#include "http/target.h"
#include "query/service.h"
#include "server/api/query.h"
#include "server/api/sql/sql_position.h"
#include "server/api/sql/suggestions.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

constexpr std::size_t kBodyBytesMax = 1 << 20;
/// Functions change with the program only, tables now and then.
constexpr std::chrono::milliseconds kFunctionsAge{24LL * 3600 * 1000};
constexpr std::chrono::milliseconds kTablesAge{5'000};
constexpr std::chrono::milliseconds kPathsAge{60'000};
constexpr int kSampledRows = 2'000;
constexpr int kPathsMax = 500;

/// Hands a query to the service; what await_completion() calls.
struct StartQuery {
    query::Service* service;
    query::Request request;

    void operator()(Completion<query::Reply> done) {
        service->run(std::move(request), std::move(done));
    }
};

query::Request make_request(const AssistRoutes& with,
                            const http::Request& request,
                            std::string sql,
                            std::chrono::milliseconds age) {
    query::Request made;
    made.sql = std::move(sql);
    made.owner = request.principal;
    made.timeout = with.timeout;
    made.staleness_max = age;
    return made;
}

Result<json::object> parse_object(const std::string& body) {
    json::error_code error;
    auto parsed = json::parse(body, error, {}, {.max_depth = 8});
    if (error || !parsed.is_object()) return fail(ErrorCode::kInvalidArgument, "Invalid JSON body");
    const auto* sql = parsed.as_object().if_contains("sql");
    if (sql == nullptr || !sql->is_string() || sql->as_string().size() > query::kSqlBytesMax)
        return fail(ErrorCode::kInvalidArgument, "`sql` must be a string of at most 256 KiB");
    return std::move(parsed.as_object());
}

http::Response make_answer(const json::object& body) {
    auto response = http::make_json(http::status::kOk, json::serialize(body));
    response.add_header("Cache-Control", "no-store");
    return response;
}

/// The statement is planned, not run; the added line keeps columns where they are.
awaitable<http::Response> answer_check(AssistRoutes with, http::RequestPtr request) {
    auto body = parse_object(request->body);
    if (!body) co_return http::make_error(body.error());
    const std::string sql((*body)["sql"].as_string());
    StartQuery start{&with.service, make_request(with, *request, "EXPLAIN\n" + sql, {})};
    auto reply = co_await await_completion<query::Reply>(std::move(start));
    json::object answer{{"success", true}, {"valid", reply.has_value()}};
    if (!reply) {
        if (reply.error().code != ErrorCode::kInvalidArgument)
            co_return http::make_error(reply.error());
        answer["error"] = reply.error().message;
        const auto position = find_sql_position("EXPLAIN\n" + sql, reply.error().message);
        if (position && position->line > 1) {
            answer["position"] =
                json::object{{"line", position->line - 1}, {"column", position->column}};
        }
    }
    co_return make_answer(answer);
}

/// "namespace.table" of the rows of SHOW TABLES.
std::vector<std::string> read_tables(const std::string& body) {
    std::vector<std::string> tables;
    json::error_code error;
    const auto parsed = json::parse(body, error);
    const auto* data =
        !error && parsed.is_object() ? parsed.as_object().if_contains("data") : nullptr;
    if (data == nullptr || !data->is_array()) return tables;
    for (const auto& row : data->as_array()) {
        const auto* space = row.is_object() ? row.as_object().if_contains("namespace") : nullptr;
        const auto* name = row.is_object() ? row.as_object().if_contains("name") : nullptr;
        if (space == nullptr || name == nullptr || !space->is_string() || !name->is_string())
            continue;
        tables.push_back(std::string(space->as_string()) + "." + std::string(name->as_string()));
    }
    return tables;
}

awaitable<http::Response> answer_complete(AssistRoutes with, http::RequestPtr request) {
    auto body = parse_object(request->body);
    if (!body) co_return http::make_error(body.error());
    const std::string sql((*body)["sql"].as_string());
    std::size_t cursor = sql.size();
    if (const auto* given = body->if_contains("cursor")) {
        json::error_code error;
        cursor = given->to_number<std::size_t>(error);
        if (error || cursor > sql.size()) {
            co_return http::make_error(http::status::kBadRequest,
                                       "`cursor` must be a number of bytes within `sql`");
        }
    }
    StartQuery start{&with.service, make_request(with, *request, "SHOW TABLES", kTablesAge)};
    auto reply = co_await await_completion<query::Reply>(std::move(start));
    if (!reply) co_return http::make_error(reply.error());
    const auto found = suggest(sql, cursor, read_tables(reply->body));
    json::array list;
    for (const auto& [text, kind] : found.list)
        list.push_back(json::object{{"text", text}, {"kind", kind}});
    co_return make_answer({{"success", true}, {"from", found.from}, {"suggestions", list}});
}

awaitable<http::Response> answer_rows(AssistRoutes with, query::Request request) {
    StartQuery start{&with.service, std::move(request)};
    auto reply = co_await await_completion<query::Reply>(std::move(start));
    if (!reply) co_return http::make_error(reply.error());
    auto response = http::make_json(http::status::kOk, std::move(reply->body));
    response.add_header("Cache-Control", "no-store");
    co_return response;
}

std::string quote(const std::string& name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

/// Paths within arrays count as one: "$.items[*].price".
std::string make_paths_sql(const http::Request& request, const std::string& column) {
    return fmt::format(
        "SELECT regexp_replace(t.fullkey, '\\[[0-9]+\\]', '[*]', 'g') AS path, t.type AS type, "
        "count(*) AS count FROM (SELECT {0} AS j FROM {1}.{2} WHERE {0} IS NOT NULL LIMIT {3}) s, "
        "json_tree(s.j) t WHERE t.fullkey <> '$' GROUP BY ALL ORDER BY count DESC, path LIMIT {4}",
        quote(column),
        quote(request.parameter(0)),
        quote(request.parameter(1)),
        kSampledRows,
        kPathsMax);
}

}  // namespace

void add_assist_routes(http::Router& router, AssistRoutes with) {
    const http::Check check = [&auth = with.auth](http::Request& request) {
        auto refusal = refuse_query(auth, request);
        if (!refusal) request.principal = (*auth.find_caller(request))->name;
        return refusal;
    };
    router.add(
        {.method = http::Method::kPost,
         .pattern = "/api/sql/check",
         .handler =
             [with](http::RequestPtr request) { return answer_check(with, std::move(request)); },
         .check = check,
         .body_bytes_max = kBodyBytesMax});
    router.add(
        {.method = http::Method::kPost,
         .pattern = "/api/sql/complete",
         .handler =
             [with](http::RequestPtr request) { return answer_complete(with, std::move(request)); },
         .check = check,
         .body_bytes_max = kBodyBytesMax});
    router.add({.method = http::Method::kGet,
                .pattern = "/api/sql/functions",
                .handler =
                    [with](http::RequestPtr request) {
                        return answer_rows(
                            with, make_request(with, *request, "SHOW FUNCTIONS", kFunctionsAge));
                    },
                .check = check});
    router.add({.method = http::Method::kGet,
                .pattern = "/api/tables/{namespace}/{table}/json-paths",
                .handler =
                    [with](http::RequestPtr request) {
                        const auto parameters = http::parse_query(request->query());
                        const auto column =
                            parameters ? http::find_parameter(*parameters, "column") : std::nullopt;
                        auto sql = make_paths_sql(*request, column.value_or("properties"));
                        return answer_rows(with,
                                           make_request(with, *request, std::move(sql), kPathsAge));
                    },
                .check = check});
}

}  // namespace icelight::server
