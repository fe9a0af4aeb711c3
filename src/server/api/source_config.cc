#include "server/api/source_config.h"

#include <optional>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "http/router.h"
#include "http/target.h"
#include "server/auth.h"
#include "server/ingest_gate.h"
#include "server/telemetry.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

/// Nothing here changes while the server runs; SDKs only want a date.
constexpr std::string_view kUpdatedAt = "2026-01-01T00:00:00.000Z";
/// An SDK's own counters are short.
constexpr std::size_t kCountersBytesMax = 512u << 10;

http::Response make_document(std::string json) {
    http::Response response = http::make_json(http::status::kOk, std::move(json));
    // It depends on Host and on who asks.
    response.add_header("Cache-Control", "private, no-cache");
    return response;
}

/// 400 and these words are what SDKs take for a key that will never be right; anything else they
/// try again.
http::Response make_wrong_key() {
    telemetry::refused_request("unauthenticated");
    return http::make_error(http::status::kBadRequest, "unauthenticated", "Invalid write key");
}

awaitable<http::Response> answer_source_config(const IngestGate* gate, http::RequestPtr request) {
    const auto query = http::parse_query(request->query()).value_or(http::QueryParameters());
    const std::string in_query = http::find_parameter(query, "writeKey").value_or("");
    const Credentials credentials{
        .authorization = in_query.empty() ? request->header("authorization") : std::string_view(),
        .api_key = in_query};
    const std::string key = find_secret(credentials).value_or("");
    if (!gate->takes_key(key)) co_return make_wrong_key();
    co_return make_document(make_source_config(key));
}

awaitable<http::Response> answer_settings(const IngestGate* gate, http::RequestPtr request) {
    const std::string& key = request->parameter(0);
    if (!gate->takes_key(key)) co_return make_wrong_key();
    const bool is_secure = equal_ignoring_case(request->header("x-forwarded-proto"), "https");
    co_return make_document(make_settings(key, request->host(), is_secure ? "https" : "http"));
}

awaitable<http::Response> answer_cluster_info(http::RequestPtr /*request*/) {
    co_return http::make_json(http::status::kOk, R"({"nodeCount":1})");
}

awaitable<http::Response> count_counters(http::RequestPtr /*request*/) {
    telemetry::sdk_counters_received();
    co_return http::make_json(http::status::kOk, "{}");
}

}  // namespace

std::string make_source_config(std::string_view write_key) {
    return fmt::format(
        R"({{"source":{{"id":"icelight","name":"icelight","writeKey":{0},"enabled":true,)"
        R"("workspaceId":"icelight","sourceDefinitionId":"icelight","createdAt":"{1}",)"
        R"("updatedAt":"{1}","config":{{"statsCollection":{{"errors":{{"enabled":false}},)"
        R"("metrics":{{"enabled":false}}}}}},"connections":[],"destinations":[],)"
        R"("dataplanes":{{}}}},"updatedAt":"{1}"}})",
        http::quote_json(write_key),
        kUpdatedAt);
}

std::string make_settings(std::string_view write_key,
                          std::string_view host,
                          std::string_view protocol) {
    constexpr std::string_view kEnabled = R"({"__default":{"enabled":true,"integrations":{}}})";
    return fmt::format(
        R"({{"integrations":{{"Segment.io":{{"apiKey":{0},"apiHost":{1},"protocol":"{2}",)"
        R"("versionSettings":{{"componentTypes":[]}}}}}},)"
        R"("plan":{{"track":{3},"identify":{3},"group":{3}}},"metrics":{{"sampleRate":0,"host":{1}}},)"
        R"("edgeFunction":{{}},"legacyVideoPluginsEnabled":false,"remotePlugins":[]}})",
        http::quote_json(write_key),
        http::quote_json(std::string(host) + "/v1"),
        protocol,
        kEnabled);
}

void add_source_config_routes(http::Router& router, const IngestGate& gate) {
    for (const char* pattern : {"/sourceConfig", "//sourceConfig", "/v1/sourceConfig"}) {
        router.add({.method = http::Method::kGet,
                    .pattern = pattern,
                    .handler = [gate = &gate](http::RequestPtr request) {
                        return answer_source_config(gate, std::move(request));
                    }});
    }
    // "projects/projects": React Native appends its path to a `cdnProxy` that has one.
    for (const char* pattern : {"/v1/projects/{key}/settings",
                                "/projects/{key}/settings",
                                "/v1/projects/projects/{key}/settings",
                                "/projects/projects/{key}/settings"}) {
        router.add({.method = http::Method::kGet,
                    .pattern = pattern,
                    .handler = [gate = &gate](http::RequestPtr request) {
                        return answer_settings(gate, std::move(request));
                    }});
    }
    for (const char* pattern : {"/v1/m", "/m", "/rsaMetrics", "//rsaMetrics"}) {
        router.add({.method = http::Method::kPost,
                    .pattern = pattern,
                    .handler = count_counters,
                    .body_bytes_max = kCountersBytesMax});
    }
    router.add(
        {.method = http::Method::kGet, .pattern = "/cluster-info", .handler = answer_cluster_info});
}

}  // namespace icelight::server
