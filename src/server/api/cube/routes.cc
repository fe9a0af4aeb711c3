#include "server/api/cube/routes.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/completion.h"
#include "base/hash.h"
#include "http/response.h"
#include "http/router.h"
#include "semantic/compile.h"
#include "semantic/path/path_reply.h"
#include "semantic/reply/meta_reply.h"
#include "semantic/reply/plan_reply.h"
#include "server/api/cube/batch.h"
#include "server/api/cube/load.h"
#include "server/api/cube/request.h"
#include "server/api/query.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using semantic::Answered;
using semantic::Checked;
using semantic::Dialect;

constexpr std::size_t kBodyBytesMax = 1 << 20;
constexpr std::size_t kQueriesMax = 100;

http::Response answer_problem(const semantic::Problem& problem, std::string_view id) {
    return http::make_json(http::status::kBadRequest, semantic::error_reply(problem, id));
}

/// Errors of the SQL side: what the engine refuses is still the query's fault.
http::Response answer_error(const Error& error, std::string_view id) {
    auto response = http::make_error(error);
    const bool is_users = response.status < http::status::kInternalError;
    response.body = json::serialize(json::object{{"error", error.message},
                                                 {"type", is_users ? "UserError" : "Internal"},
                                                 {"plainError", error.message},
                                                 {"stack", ""},
                                                 {"code", error_code_name(error.code)},
                                                 {"requestId", id}});
    return response;
}

Checked<Answered> parse_one(const json::value& asked, Dialect dialect, const CubeRoutes& with) {
    return parse_answered(asked, {with.model, with.clock.now_us(), dialect});
}

/// One query, or the list of a blending one.
Checked<std::vector<Answered>> parse_queries(const CubeRequest& request, const CubeRoutes& with) {
    std::vector<Answered> queries;
    const auto* list = request.query.if_array();
    if (list == nullptr) {
        ICE_ASSIGN(auto one, parse_one(request.query, request.dialect, with));
        one.warnings.insert(one.warnings.end(), request.warnings.begin(), request.warnings.end());
        queries.push_back(std::move(one));
        return queries;
    }
    if (request.dialect != Dialect::kCube || list->empty() || list->size() > kQueriesMax) {
        return semantic::refuse(
            fmt::format("a list of 1 to {} queries is for Cube's client; /batch takes others",
                        kQueriesMax),
            "");
    }
    for (const auto& asked : *list) {
        ICE_ASSIGN(auto one, parse_one(asked, request.dialect, with));
        queries.push_back(std::move(one));
    }
    return queries;
}

/// Answers with the body, or says that the client has it: its id and times do not count.
http::Response tagged(std::string body, const std::string& stable, const std::string& known) {
    const auto tag = "\"" + sha256_hex(stable).substr(0, 32) + "\"";
    http::Response response;
    if (!known.empty() && known.find(tag) != std::string::npos) {
        response.status = 304;
    } else {
        response = http::make_json(http::status::kOk, std::move(body));
    }
    response.add_header("ETag", tag);
    response.add_header("Cache-Control", "private, no-cache");
    return response;
}

/// What a load is answered with, once its rows are there.
struct LoadAnswer {
    semantic::ReplyFacts facts;
    std::string known;  ///< If-None-Match
    bool is_flat = false;
    bool is_tagged = false;

    std::string write(const std::vector<Answered>& answers,
                      const semantic::ReplyFacts& written) const {
        return is_flat ? semantic::flat_reply(answers.front(), written)
                       : semantic::load_reply(answers, written);
    }

    http::Response response(const std::vector<Answered>& answers) const {
        auto body = write(answers, facts);
        if (!is_tagged) return http::make_json(http::status::kOk, std::move(body));
        return tagged(std::move(body), write(answers, {}), known);
    }
};

/// Hands a load to the service; what await_completion() calls.
struct StartLoad {
    std::shared_ptr<CubeLoad> load;
    LoadAnswer answer;

    void operator()(Completion<http::Response> done) {
        load->start([answer = answer,
                     done = std::move(done)](const Result<std::vector<Answered>>& answers) {
            if (!answers) return done(tl::unexpected(answers.error()));
            done(answer.response(*answers));
        });
    }
};

awaitable<http::Response> answer_load(CubeRoutes with, http::RequestPtr request) {
    auto read = read_cube_request(*request, true);
    if (!read) co_return answer_problem(read.error(), request_id(*request));
    const std::string id = read->id;
    auto queries = parse_queries(*read, with);
    if (!queries) co_return answer_problem(queries.error(), id);
    const bool is_flat = read->dialect == Dialect::kCube && !read->is_multi;
    if (is_flat && (queries->size() > 1 || queries->front().query.compared() != nullptr)) {
        co_return answer_problem(
            {"several results need queryType=multi", "/timeDimensions", {}, {}}, id);
    }
    const CubeAsking asking{read->dialect,
                            read->staleness_max,
                            request->principal,
                            find_limits(with.auth, *request),
                            wants_run(*request)};
    auto load = std::make_shared<CubeLoad>(with, asking, std::move(*queries));
    if (auto compiled = load->compile(); !compiled) co_return answer_problem(compiled.error(), id);
    StartLoad start{load,
                    {.facts = {id, with.clock.now_us(), read->staleness_max.count()},
                     .known = std::string(request->header("if-none-match")),
                     .is_flat = is_flat,
                     .is_tagged = request->method != http::Method::kPost}};
    auto response = co_await await_completion<http::Response>(std::move(start));
    if (!response) co_return answer_error(response.error(), id);
    co_return std::move(*response);
}

/// Hands a batch to the service.
struct StartBatch {
    std::shared_ptr<CubeBatch> batch;

    void operator()(Completion<http::Response> done) { batch->start(std::move(done)); }
};

awaitable<http::Response> answer_batch(CubeRoutes with, http::RequestPtr request) {
    auto read = read_cube_request(*request, true);
    if (!read) co_return answer_problem(read.error(), request_id(*request));
    const auto* list = read->query.if_array();
    if (list == nullptr || list->empty())
        co_return answer_problem({"Queries array cannot be empty", "/queries", {}, {}}, read->id);
    if (list->size() > kQueriesMax) {
        co_return answer_problem(
            {fmt::format("more than {} queries", kQueriesMax), "/queries", {}, {}}, read->id);
    }
    const CubeAsking asking{read->dialect,
                            read->staleness_max,
                            request->principal,
                            find_limits(with.auth, *request),
                            wants_run(*request)};
    const semantic::ReplyFacts facts{read->id, with.clock.now_us(), read->staleness_max.count()};
    StartBatch start{std::make_shared<CubeBatch>(with, asking, facts, *list)};
    auto response = co_await await_completion<http::Response>(std::move(start));
    if (!response) co_return answer_error(response.error(), read->id);
    co_return std::move(*response);
}

/// A query with the statement of its first period.
struct Planned {
    Answered answered;
    semantic::Compiled compiled;
};

Checked<Planned> plan_one(const json::value& asked, Dialect dialect, const CubeRoutes& with) {
    Planned planned;
    ICE_ASSIGN(planned.answered, parse_one(asked, dialect, with));
    if (planned.answered.path) {
        planned.compiled = planned.answered.path->compiled;
        return planned;
    }
    const auto* compared = planned.answered.query.compared();
    const auto* period = compared == nullptr ? nullptr : &compared->compared.front();
    ICE_ASSIGN(planned.compiled,
               semantic::compile_query(
                   planned.answered.query, with.model, period, planned.answered.warnings));
    return planned;
}

awaitable<http::Response> answer_sql(CubeRoutes with, http::RequestPtr request) {
    auto read = read_cube_request(*request, false);
    if (!read) co_return answer_problem(read.error(), request_id(*request));
    const auto* list = read->query.if_array();
    const json::array one{read->query};
    json::array out;
    for (const auto& asked : list == nullptr ? one : *list) {
        auto planned = plan_one(asked, read->dialect, with);
        if (!planned) co_return answer_problem(planned.error(), read->id);
        out.push_back(semantic::sql_reply(planned->answered.query, planned->compiled));
    }
    const json::value body = list == nullptr ? out.front() : json::value(out);
    co_return http::make_json(http::status::kOk, json::serialize(body));
}

awaitable<http::Response> answer_dry_run(CubeRoutes with, http::RequestPtr request) {
    auto read = read_cube_request(*request, false);
    if (!read) co_return answer_problem(read.error(), request_id(*request));
    auto planned = plan_one(read->query, read->dialect, with);
    if (!planned) {
        auto response = answer_problem(planned.error(), read->id);
        response.body.insert(1, R"("valid":false,)");
        co_return response;
    }
    const auto& answered = planned->answered;
    const auto body =
        answered.path
            ? semantic::path_dry_run_reply(*answered.path, answered.asked, answered.warnings)
            : semantic::dry_run_reply(
                  answered.query, answered.asked, planned->compiled, answered.warnings);
    co_return http::make_json(http::status::kOk, json::serialize(body));
}

/// Asks for the engine's plan.
struct StartExplain {
    query::Service* service;
    query::Request request;
    semantic::Compiled compiled;

    void operator()(Completion<http::Response> done) {
        service->run(
            std::move(request),
            [compiled = compiled, done = std::move(done)](Result<query::Reply> reply) {
                if (!reply) return done(tl::unexpected(std::move(reply).error()));
                auto rows = semantic::ResultRows::parse(std::move(reply->body), 2);
                if (!rows) return done(tl::unexpected(rows.error()));
                json::error_code error;
                const auto plan = rows->size() == 0
                                      ? json::value()
                                      : json::parse(std::string(rows->cell(0, 1)), error);
                const auto* text = plan.if_string();
                if (error || text == nullptr)
                    return done(fail(ErrorCode::kCorruption, "the plan is no text"));
                done(http::make_json(http::status::kOk, semantic::explain_reply(*text, compiled)));
            });
    }
};

awaitable<http::Response> answer_explain(CubeRoutes with, http::RequestPtr request) {
    auto read = read_cube_request(*request, false);
    if (!read) co_return answer_problem(read.error(), request_id(*request));
    auto planned = plan_one(read->query, read->dialect, with);
    if (!planned) co_return answer_problem(planned.error(), read->id);
    StartExplain start{
        &with.service, make_sql_request(planned->compiled, with.timeout), planned->compiled};
    start.request.owner = request->principal;
    start.request.limits = find_limits(with.auth, *request);
    start.request.sql.insert(
        0, read->wants_analysis ? "EXPLAIN (ANALYZE, FORMAT json) " : "EXPLAIN (FORMAT json) ");
    auto response = co_await await_completion<http::Response>(std::move(start));
    if (!response) co_return answer_error(response.error(), read->id);
    co_return std::move(*response);
}

awaitable<http::Response> answer_meta(CubeRoutes with, http::RequestPtr request) {
    auto body = semantic::meta_reply(with.model, find_dialect(*request));
    const std::string known(request->header("if-none-match"));
    const std::string stable = body;
    co_return tagged(std::move(body), stable, known);
}

awaitable<http::Response> answer_live() {
    co_return http::make_json(http::status::kOk, R"({"health":"HEALTH"})");
}

awaitable<http::Response> answer_ready(CubeRoutes with) {
    const bool is_ready = with.service.status().is_ready;
    co_return http::make_json(is_ready ? http::status::kOk : http::status::kUnavailable,
                              is_ready ? R"({"health":"HEALTH"})" : R"({"health":"DOWN"})");
}

}  // namespace

void add_cube_routes(http::Router& router, CubeRoutes with) {
    const auto check = make_query_check(with.auth);
    using Answer = awaitable<http::Response> (*)(CubeRoutes, http::RequestPtr);
    const auto add = [&](std::string_view name, Answer answer, bool takes_get, bool takes_post) {
        for (const auto method : {http::Method::kGet, http::Method::kPost}) {
            if (method == http::Method::kGet ? !takes_get : !takes_post) continue;
            router.add({.method = method,
                        .pattern = fmt::format("/cubejs-api/v1/{}", name),
                        .handler =
                            [with, answer](http::RequestPtr request) {
                                return answer(with, std::move(request));
                            },
                        .check = check,
                        .body_bytes_max = kBodyBytesMax});
        }
    };
    add("meta", answer_meta, true, false);
    add("load", answer_load, true, true);
    add("subscribe", answer_load, true, true);
    add("batch", answer_batch, false, true);
    add("sql", answer_sql, true, true);
    add("dry-run", answer_dry_run, true, true);
    add("explain", answer_explain, false, true);
    router.add({.method = http::Method::kGet,
                .pattern = "/livez",
                .handler = [](const http::RequestPtr& /*request*/) {
                    return answer_live();
                }});
    router.add({.method = http::Method::kGet,
                .pattern = "/readyz",
                .handler = [with](const http::RequestPtr& /*request*/) {
                    return answer_ready(with);
                }});
}

}  // namespace icelight::server
