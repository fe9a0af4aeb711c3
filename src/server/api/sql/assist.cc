#include "server/api/sql/assist.h"

#include <algorithm>
#include <string>
#include <string_view>
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

/// The statement is planned, not run.
awaitable<http::Response> answer_check(AssistRoutes with, http::RequestPtr request) {
    auto body = parse_object(request->body);
    if (!body) co_return http::make_error(body.error());
    const std::string sql((*body)["sql"].as_string());
    auto made = make_request(with, *request, sql, {});
    made.is_check = true;
    made.is_committed_only = true;  // The log's rows change no plan.
    StartQuery start{&with.service, std::move(made)};
    auto reply = co_await await_completion<query::Reply>(std::move(start));
    json::object answer{{"success", true}, {"valid", reply.has_value()}};
    if (!reply) {
        if (reply.error().code != ErrorCode::kInvalidArgument)
            co_return http::make_error(reply.error());
        answer["error"] = reply.error().message;
        const auto position = find_sql_position(sql, reply.error().message);
        if (position) {
            answer["position"] =
                json::object{{"line", position->line}, {"column", position->column}};
        }
    }
    co_return make_answer(answer);
}

/// One text column of a JSON reply.
std::vector<std::string> read_texts(const std::string& body, const char* column) {
    std::vector<std::string> texts;
    json::error_code error;
    const auto parsed = json::parse(body, error);
    const auto* data =
        !error && parsed.is_object() ? parsed.as_object().if_contains("data") : nullptr;
    if (data == nullptr || !data->is_array()) return texts;
    for (const auto& row : data->as_array()) {
        const auto* value = row.is_object() ? row.as_object().if_contains(column) : nullptr;
        if (value != nullptr && value->is_string()) texts.emplace_back(value->as_string());
    }
    return texts;
}

/// "namespace.table" of the rows of SHOW TABLES.
std::vector<std::string> read_tables(const std::string& body) {
    auto tables = read_texts(body, "namespace");
    const auto names = read_texts(body, "name");
    for (std::size_t i = 0; i < tables.size() && i < names.size(); ++i)
        tables[i] += "." + names[i];
    return tables;
}

std::string quote(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

/// Of "namespace.table".
std::string make_describe_sql(std::string_view table) {
    const auto dot = table.rfind('.');
    return fmt::format("DESCRIBE {}.{}", quote(table.substr(0, dot)), quote(table.substr(dot + 1)));
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
    Known known{read_tables(reply->body), {}};
    for (const auto& table : find_mentioned(sql, known.tables)) {
        StartQuery describe{&with.service,
                            make_request(with, *request, make_describe_sql(table), kTablesAge)};
        auto columns = co_await await_completion<query::Reply>(std::move(describe));
        // Gone a moment ago, or not readable here: it has none to offer.
        if (!columns) continue;
        for (auto& name : read_texts(columns->body, "column_name"))
            known.columns.push_back(std::move(name));
    }
    const auto found = suggest(sql, cursor, known);
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

/// Paths within arrays count as one: "$.items[*].price".
std::string make_paths_sql(const http::Request& request, const std::string& column) {
    return fmt::format(
        "SELECT regexp_replace(t.fullkey, '\\[[0-9]+\\]', '[*]', 'g') AS path, t.type AS type, "
        "count(*) AS count FROM (SELECT {0}::VARCHAR AS j FROM {1}.{2} WHERE "
        "json_valid({0}::VARCHAR) LIMIT {3}) s, json_tree(s.j) t WHERE t.fullkey <> '$' GROUP BY "
        "ALL ORDER BY count DESC, path LIMIT {4}",
        quote(column),
        quote(request.parameter(0)),
        quote(request.parameter(1)),
        kSampledRows,
        kPathsMax);
}

awaitable<http::Response> answer_paths(AssistRoutes with, http::RequestPtr request) {
    const auto parameters = http::parse_query(request->query());
    std::string column = "properties";
    for (const auto& [name, value] : parameters.value_or(http::QueryParameters{{"", ""}})) {
        if (name != "column") {
            co_return http::make_error(http::status::kBadRequest,
                                       "the one parameter is column, a column's name");
        }
        column = value;
    }
    auto made = make_request(with, *request, make_paths_sql(*request, column), kPathsAge);
    StartQuery start{&with.service, std::move(made)};
    auto reply = co_await await_completion<query::Reply>(std::move(start));
    if (!reply) {
        // The caller did not write the statement: its lines say nothing to him.
        Error error = reply.error();
        error.message.resize(std::min(error.message.find("\n\nLINE"), error.message.size()));
        co_return http::make_error(error);
    }
    auto response = http::make_json(http::status::kOk, std::move(reply->body));
    response.add_header("Cache-Control", "no-store");
    co_return response;
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
                    [with](const http::RequestPtr& request) {
                        return answer_rows(
                            with, make_request(with, *request, "SHOW FUNCTIONS", kFunctionsAge));
                    },
                .check = check});
    router.add(
        {.method = http::Method::kGet,
         .pattern = "/api/tables/{namespace}/{table}/json-paths",
         .handler =
             [with](http::RequestPtr request) { return answer_paths(with, std::move(request)); },
         .check = check});
}

}  // namespace icelight::server
