#include "server/api/webhook.h"

#include <array>
#include <utility>

#include "base/ids.h"
#include "base/letter_case.h"
#include "http/router.h"
#include "http/target.h"
#include "server/api/ingest.h"
#include "server/api/ingest_paths.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

/// No event may be larger, and it is looked at on the net thread.
constexpr std::size_t kWebhookBytesMax = 512u << 10;

/// Query parameters that say something about the event and are not its payload.
constexpr std::array<std::string_view, 5> kOwnParameters = {
    "writeKey", "event", "userId", "anonymousId", "messageId"};

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// Does the object or array that begins here end with the text? Then text that is wrapped in an
/// event stays inside its member, and whether it is JSON is the parser's to say.
bool is_one_container(std::string_view text) {
    if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
    std::size_t depth = 0;
    bool is_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (is_string && c == '\\') ++at;
        if (c == '"') is_string = !is_string;
        if (is_string) continue;
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        if (depth == 0) return at + 1 == text.size();
    }
    return false;
}

bool is_own(std::string_view name) {
    for (const std::string_view own : kOwnParameters)
        if (own == name) return true;
    return false;
}

std::string make_object(const http::QueryParameters& parameters, bool with_own) {
    std::string object = "{";
    for (const auto& [name, value] : parameters) {
        if (!with_own && is_own(name)) continue;
        if (object.size() > 1) object += ',';
        object.append(http::quote_json(name)).append(":").append(http::quote_json(value));
    }
    return object + "}";
}

bool is_form(const http::Request& request) {
    constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    const std::string_view type = request.header("content-type");
    return equal_ignoring_case(trim(type.substr(0, type.find(';'))), kForm);
}

/// Empty: neither JSON by its looks nor a form.
std::string find_payload(const http::Request& request, const http::QueryParameters& query) {
    if (request.method == http::Method::kGet) return make_object(query, false);
    const std::string_view body = trim(request.body);
    if (is_one_container(body)) return std::string(body);
    if (!is_form(request)) return {};
    const auto form = http::parse_query(body);
    return form ? make_object(*form, true) : std::string();
}

awaitable<http::Response> take_webhook(Ingest* ingest, http::RequestPtr request) {
    static const IngestPath path{"/v1/webhook", "track", event::Path::kSingle};
    request->body = make_webhook_event(*request);
    auto response = co_await ingest->post(&path, std::move(request));
    co_return response;
}

}  // namespace

std::string make_webhook_event(const http::Request& request) {
    const auto query = http::parse_query(request.query()).value_or(http::QueryParameters());
    const std::string payload = find_payload(request, query);
    if (payload.empty()) return request.body;

    std::string event = "{\"event\":";
    event += http::quote_json(http::find_parameter(query, "event").value_or("webhook"));
    const auto add = [&event](std::string_view name, std::string_view value) {
        event.append(",\"").append(name).append("\":").append(http::quote_json(value));
    };
    const auto message_id = http::find_parameter(query, "messageId");
    add("messageId", message_id ? *message_id : request.header("webhook-id"));
    const auto user_id = http::find_parameter(query, "userId");
    const auto anonymous_id = http::find_parameter(query, "anonymousId");
    if (user_id) add("userId", *user_id);
    if (anonymous_id) add("anonymousId", *anonymous_id);
    if (!user_id && !anonymous_id) add("anonymousId", make_uuid_v7(request.received_at).text());
    return event.append(",\"properties\":").append(payload).append("}");
}

void add_webhook_routes(http::Router& router, Ingest& ingest) {
    for (const char* pattern : {"/v1/webhook", "/webhook"}) {
        for (const http::Method method : {http::Method::kGet, http::Method::kPost}) {
            router.add({.method = method,
                        .pattern = pattern,
                        .handler =
                            [ingest = &ingest](http::RequestPtr request) {
                                return take_webhook(ingest, std::move(request));
                            },
                        .check = [ingest = &ingest](
                                     http::Request& request) { return ingest->check(request); },
                        .body_bytes_max = kWebhookBytesMax});
        }
    }
}

}  // namespace icelight::server
