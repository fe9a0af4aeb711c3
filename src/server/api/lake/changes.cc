#include "server/api/lake/changes.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/completion.h"
#include "base/offload.h"
#include "http/router.h"
#include "http/target.h"
#include "query/service.h"
#include "server/api/query.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::uint64_t kLimitDefault = 1'000;
constexpr std::uint64_t kLimitMax = query::kReplyRowsMax;
constexpr std::string_view kReplyHead = R"({"success":true,"data":[)";
constexpr std::string_view kContentType = "application/x-ndjson";

/// Offsets first to below, the latter not included.
struct Page {
    std::uint64_t first = 0;
    std::uint64_t below = 0;
    bool has_more = false;
};

Result<std::uint64_t> parse_offset(std::string_view name, const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) return value;
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not a number of 0 or more: {}", name, text));
}

Result<Page> parse_page(const http::Request& request, std::uint64_t durable) {
    const auto query = http::parse_query(request.query());
    if (!query) return fail(ErrorCode::kInvalidArgument, "the query string is malformed");
    Page page;
    std::uint64_t limit = kLimitDefault;
    for (const auto& [name, value] : *query) {
        if (name == "after") {
            ICE_ASSIGN(page.first, parse_offset(name, value));
            if (page.first >= durable) {
                return fail(ErrorCode::kInvalidArgument,
                            fmt::format("after is not an offset below {}, where the log ends; "
                                        "leave it out to read from the beginning",
                                        durable));
            }
            ++page.first;
        } else if (name == "limit") {
            ICE_ASSIGN(limit, parse_offset(name, value));
        } else {
            return fail(ErrorCode::kInvalidArgument,
                        "unknown parameter " + name + "; known are after and limit");
        }
    }
    if (limit < 1 || limit > kLimitMax)
        return fail(ErrorCode::kInvalidArgument, fmt::format("limit is 1 to {}", kLimitMax));
    page.below = std::min(page.first + limit, durable);
    page.has_more = page.below < durable;
    return page;
}

struct StartSelect {
    query::Service* service;
    query::Request request;

    void operator()(Completion<query::Reply> done) {
        service->run(std::move(request), std::move(done));
    }
};

http::Response make_page(const Page& page, std::string lines) {
    http::Response response;
    response.content_type = kContentType;
    response.body = std::move(lines);
    if (page.below > 0) response.add_header("X-Lake-Next", std::to_string(page.below - 1));
    response.add_header("X-Lake-More", page.has_more ? "true" : "false");
    response.add_header("Cache-Control", "no-store");
    return response;
}

awaitable<http::Response> answer(std::shared_ptr<const ChangeRoutes> with,
                                 http::RequestPtr request) {
    // What is durable now, the query sees.
    const auto page = parse_page(*request, with->log.durable_offset());
    if (!page) co_return http::make_error(page.error());
    if (page->first == page->below) co_return make_page(*page, "");
    query::Request select;
    select.sql =
        fmt::format("SELECT * FROM {} WHERE _log_offset BETWEEN {} AND {} ORDER BY _log_offset",
                    with->events,
                    page->first,
                    page->below - 1);
    select.timeout = with->timeout;
    select.owner = request->principal;
    select.limits = find_limits(with->auth, *request);
    StartSelect start{&with->service, std::move(select)};
    auto reply = co_await await_completion<query::Reply>(std::move(start));
    if (!reply) co_return http::make_error(reply.error());
    if (reply->facts.is_truncated) {
        // A foreign writer copied rows of the log.
        co_return http::make_error(Error{ErrorCode::kInvalidArgument,
                                         "more than 10000 rows have these offsets; ask for fewer "
                                         "with limit"});
    }
    std::function<Result<std::string>()> work =
        std::bind_front(reply_lines, std::move(reply->body));
    auto lines = co_await offload<std::string>(with->pool, std::move(work));
    if (!lines) co_return http::make_error(lines.error());
    co_return make_page(*page, std::move(*lines));
}

}  // namespace

void add_change_routes(http::Router& router, ChangeRoutes with) {
    const auto shared = std::make_shared<const ChangeRoutes>(std::move(with));
    router.add(
        {.method = http::Method::kGet,
         .pattern = "/api/changes",
         .handler =
             [shared](http::RequestPtr request) { return answer(shared, std::move(request)); },
         .check = make_query_check(shared->auth)});
}

Result<std::string> reply_lines(std::string_view reply) {
    if (!reply.starts_with(kReplyHead))
        return fail(ErrorCode::kCorruption, "the query service's reply has no rows");
    std::string lines;
    lines.reserve(reply.size());
    int depth = 0;
    bool is_in_text = false;
    bool is_escaped = false;
    for (const char c : reply.substr(kReplyHead.size())) {
        if (depth == 0 && c == ']') return lines;
        if (depth == 0 && c == ',') continue;
        lines += c;
        if (is_in_text) {
            if (c == '"' && !is_escaped) is_in_text = false;
            is_escaped = c == '\\' && !is_escaped;
            continue;
        }
        if (c == '"') is_in_text = true;
        if (c == '{' || c == '[') ++depth;
        if (c != '}' && c != ']') continue;
        if (--depth == 0) lines += '\n';
    }
    return fail(ErrorCode::kCorruption, "the query service's reply was cut off");
}

}  // namespace icelight::server
