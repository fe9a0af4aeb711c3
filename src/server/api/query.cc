#include "server/api/query.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/completion.h"
#include "http/router.h"
#include "query/service.h"
#include "server/api/cors.h"
#include "server/api/lake_token.h"
#include "server/api/query_reply.h"
#include "server/api/sql/query_body.h"
#include "server/auth.h"
#include "server/iso_text.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kBodyBytesMax = 1 << 20;

/// Hands the query to the service; what await_completion() calls.
struct StartQuery {
    query::Service* service;
    query::Request request;
    std::shared_ptr<QueryReply> reply;

    void operator()(Completion<http::Response> done) {
        reply->set_done(std::move(done));
        request.write = [reply = reply](std::string_view bytes) {
            return reply->write(bytes);
        };
        service->run(std::move(request), [reply = reply](Result<query::Reply> outcome) {
            reply->finish(std::move(outcome));
        });
    }
};

awaitable<http::Response> answer_query(QueryRoutes with, http::RequestPtr request) {
    auto parsed = parse_query_body(
        request->body, with.timeout, find_accepted_format(request->header("accept")));
    if (!parsed) co_return http::make_error(parsed.error());
    parsed->owner = request->principal;
    parsed->limits = find_limits(with.auth, *request);
    parsed->wants_run = wants_run(*request);
    parsed->origin = query::Origin::kSql;
    parsed->id = with.service.make_id();
    if (const auto token = request->find_header("x-lake-after")) {
        auto offset = parse_lake_token(*token, with.log.uuid());
        if (!offset) co_return http::make_error(offset.error());
        parsed->after_offset = *offset;
    }
    // Parquet is compressed as it is.
    const auto compression = parsed->format == query::Format::kParquet
                                 ? Compression::kNone
                                 : choose_compression(request->header("accept-encoding"));
    auto reply = std::make_shared<QueryReply>(QueryReply::Options{parsed->format,
                                                                  compression,
                                                                  deadline_in(parsed->timeout),
                                                                  parsed->id,
                                                                  parsed->sql,
                                                                  parsed->rows_max});
    request->when_client_leaves = [&service = with.service, id = parsed->id] {
        service.cancel(id);
    };
    StartQuery start{&with.service, std::move(*parsed), reply};
    auto response = co_await await_completion<http::Response>(std::move(start));
    if (!response) co_return http::make_error(response.error());
    co_return std::move(*response);
}

awaitable<http::Response> answer_health(QueryRoutes with) {
    const auto status = with.service.status();
    const std::string state = status.is_ready ? "ready" : "not ready: " + status.problem;
    co_return http::make_json(
        status.is_ready ? http::status::kOk : http::status::kUnavailable,
        fmt::format(
            R"({{"status":"{}","duckdb":{},"config":{{"threads":{},"memory_limit":"{} MiB",)"
            R"("preserve_insertion_order":true}},"timestamp":"{}"}})",
            status.is_ready ? "ok" : "error",
            http::quote_json(state),
            with.threads,
            with.memory_bytes_max >> 20,
            iso_seconds(system_clock().now_us())));
}

}  // namespace

std::optional<http::Response> refuse_query(const Auth& auth, const http::Request& request) {
    auto allowed = auth.check_query(request);
    if (!allowed) return http::make_error(allowed.error());
    if (is_foreign_origin(request)) {
        return http::make_error(http::status::kForbidden,
                                "pages of another origin may not run queries");
    }
    if (request.method == http::Method::kPost && !has_json_type(request)) {
        return http::make_error(http::status::kUnsupportedMediaType,
                                "Queries need Content-Type: application/json");
    }
    return std::nullopt;
}

http::Check make_query_check(const Auth& auth) {
    return [&auth](http::Request& request) {
        auto refusal = refuse_query(auth, request);
        if (!refusal) request.principal = (*auth.find_caller(request))->name;
        return refusal;
    };
}

bool wants_run(const http::Request& request) {
    return request.header("cache-control") == "no-cache";
}

query::Limits find_limits(const Auth& auth, const http::Request& request) {
    const auto caller = auth.find_caller(request);
    if (!caller) return {};
    const app::TokenLimits& limits = (*caller)->limits;
    const auto as_count = [](std::int64_t value) {
        return static_cast<std::uint64_t>(value);
    };
    return {.rows_max = as_count(limits.rows),
            .scanned_bytes_max = as_count(limits.scanned_bytes),
            .reply_bytes_max = as_count(limits.reply_bytes),
            .memory_bytes_max = as_count(limits.memory_bytes),
            .time_max = std::chrono::milliseconds(limits.time_ms),
            .queries_max = static_cast<std::size_t>(limits.queries)};
}

void add_query_routes(http::Router& router, QueryRoutes with) {
    const auto check = make_query_check(with.auth);
    for (const char* path : {"/query", "/duckdb"}) {
        router.add({.method = http::Method::kPost,
                    .pattern = path,
                    .handler =
                        [with](http::RequestPtr request) {
                            return answer_query(with, std::move(request));
                        },
                    .check = check,
                    .body_bytes_max = kBodyBytesMax});
    }
    router.add(
        {.method = http::Method::kGet,
         .pattern = "/duckdb/_health",
         .handler = [with](const http::RequestPtr& /*request*/) { return answer_health(with); },
         .check = check});
}

}  // namespace icelight::server
