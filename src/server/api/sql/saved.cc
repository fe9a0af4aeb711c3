#include "server/api/sql/saved.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "app/queries/saved_queries.h"
#include "base/offload.h"
#include "http/router.h"
#include "server/api/cors.h"
#include "server/api/query.h"
#include "server/auth.h"
#include "server/iso_text.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

constexpr std::size_t kBodyBytesMax = 1 << 20;
constexpr int kBodyDepthMax = 2;

/// One call: all of it is parsed on a network thread, the rest happens on the store's.
struct SavedCall {
    http::Method method = http::Method::kGet;
    std::string id;  ///< Empty: of the collection.
    app::SavedQuery query;
    app::SavedQueryUser user;
};

json::object json_of(const app::SavedQuery& query) {
    return {{"id", query.id},
            {"owner", query.owner},
            {"name", query.name},
            {"folder", query.folder},
            {"description", query.description},
            {"sql", query.sql},
            {"shared", query.is_shared},
            {"createdAt", iso_milliseconds(query.created_at_us)},
            {"updatedAt", iso_milliseconds(query.updated_at_us)}};
}

Result<> read_member(std::string_view name, const json::value& value, app::SavedQuery& query) {
    if (name == "shared") {
        if (!value.is_bool())
            return fail(ErrorCode::kInvalidArgument, "shared: give true or false");
        query.is_shared = value.get_bool();
        return {};
    }
    std::string* text = nullptr;
    if (name == "name") text = &query.name;
    if (name == "folder") text = &query.folder;
    if (name == "description") text = &query.description;
    if (name == "sql") text = &query.sql;
    if (text == nullptr) {
        return fail(
            ErrorCode::kInvalidArgument,
            std::string(name) + ": unknown; there are name, folder, description, sql, shared");
    }
    if (!value.is_string())
        return fail(ErrorCode::kInvalidArgument, std::string(name) + ": give a text");
    *text = std::string(value.get_string());
    return {};
}

Result<app::SavedQuery> parse_saved_query(const std::string& body) {
    json::error_code error;
    const auto parsed = json::parse(body, error, {}, {.max_depth = kBodyDepthMax});
    if (error || !parsed.is_object())
        return fail(ErrorCode::kInvalidArgument, "Invalid JSON body: give an object");
    app::SavedQuery query;
    for (const auto& member : parsed.get_object()) {
        ICE_TRY(read_member(member.key(), member.value(), query));
    }
    return query;
}

std::string answer_with(const app::SavedQuery& query) {
    return json::serialize(json::object{{"success", true}, {"query", json_of(query)}});
}

Result<std::string> run_call(app::SavedQueries& store, const SavedCall& call) {
    if (call.method == http::Method::kPost) {
        ICE_ASSIGN(const auto added, store.add(call.query, call.user));
        return answer_with(added);
    }
    if (call.method == http::Method::kPut) {
        ICE_ASSIGN(const auto changed, store.change(call.query, call.user));
        return answer_with(changed);
    }
    if (call.method == http::Method::kDelete) {
        ICE_TRY(store.remove(call.id, call.user));
        return std::string(R"({"success":true})");
    }
    if (!call.id.empty()) {
        ICE_ASSIGN(const auto found, store.find(call.id, call.user));
        return answer_with(found);
    }
    ICE_ASSIGN(const auto list, store.list(call.user));
    json::array queries;
    for (const auto& query : list)
        queries.push_back(json_of(query));
    return json::serialize(json::object{{"success", true}, {"queries", std::move(queries)}});
}

awaitable<http::Response> answer(SavedRoutes with, http::RequestPtr request) {
    const auto caller = with.auth.find_caller(*request);
    if (!caller) co_return http::make_error(caller.error());
    SavedCall call;
    call.method = request->method == http::Method::kHead ? http::Method::kGet : request->method;
    call.user = {(*caller)->name, (*caller)->role == app::Role::kAdmin};
    if (!request->parameters.empty()) call.id = request->parameter(0);
    if (call.method == http::Method::kPost || call.method == http::Method::kPut) {
        auto query = parse_saved_query(request->body);
        if (!query) co_return http::make_error(query.error());
        call.query = std::move(*query);
        call.query.id = call.id;
    }
    std::function<Result<std::string>()> work =
        std::bind_front(run_call, std::ref(with.store), std::move(call));
    auto body = co_await offload<std::string>(with.pool, std::move(work));
    if (!body) co_return http::make_error(body.error());
    auto response = http::make_json(http::status::kOk, std::move(*body));
    response.add_header("Cache-Control", "no-store");
    co_return response;
}

}  // namespace

void add_saved_routes(http::Router& router, SavedRoutes with) {
    const http::Check check = [&auth = with.auth](http::Request& request) {
        auto refusal = refuse_query(auth, request);
        if (!refusal && request.method == http::Method::kPut && !has_json_type(request)) {
            refusal = http::make_error(http::status::kUnsupportedMediaType,
                                       "this needs Content-Type: application/json");
        }
        return refusal;
    };
    const auto add = [&](http::Method method, const char* pattern) {
        router.add(
            {.method = method,
             .pattern = pattern,
             .handler =
                 [with](http::RequestPtr request) { return answer(with, std::move(request)); },
             .check = check,
             .body_bytes_max = kBodyBytesMax});
    };
    add(http::Method::kGet, "/api/queries/saved");
    add(http::Method::kPost, "/api/queries/saved");
    add(http::Method::kGet, "/api/queries/saved/{id}");
    add(http::Method::kPut, "/api/queries/saved/{id}");
    add(http::Method::kDelete, "/api/queries/saved/{id}");
}

}  // namespace icelight::server
