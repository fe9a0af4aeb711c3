#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "iceberg/json/catalog_requests_json.h"
#include "server/api/iceberg/endpoint.h"
#include "server/api/iceberg/errors.h"

namespace icelight::server {
namespace {

std::string namespace_json(const catalog::Namespace& space) {
    return fmt::format(R"({{"namespace":{},"properties":{}}})",
                       levels_json(space.levels),
                       properties_json(space.properties));
}

Result<http::Response> list(const Call& call) {
    std::vector<std::string> parent;
    if (const auto text = call.parameter("parent"); !text.empty()) parent = parse_levels(text);
    ICE_ASSIGN(const auto spaces, call.catalog.list_namespaces(std::move(parent)));
    std::vector<std::string> names;
    names.reserve(spaces.size());
    for (const auto& space : spaces)
        names.push_back(space.levels.back());
    ICE_ASSIGN(const Page page, find_page(call, names));
    std::string text;
    for (std::size_t i = page.begin; i < page.end; ++i) {
        if (!text.empty()) text += ',';
        text += levels_json(spaces[i].levels);
    }
    return http::make_json(http::status::kOk,
                           fmt::format(R"({{"namespaces":[{}]{}}})", text, page.token_json()));
}

Result<http::Response> create(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_create_namespace_request(call.request.body));
    ICE_TRY(may(call.caller, Verb::kWrite, wanted.levels));
    catalog::Namespace space{std::move(wanted.levels), std::move(wanted.properties)};
    const std::string text = namespace_json(space);
    ICE_TRY(call.change(catalog::CreateNamespace{std::move(space)}));
    return http::make_json(http::status::kOk, text);
}

Result<http::Response> load(const Call& call) {
    ICE_ASSIGN(const auto space, call.catalog.load_namespace(call.space()));
    return http::make_json(http::status::kOk, namespace_json(space));
}

Result<http::Response> ask(const Call& call) {
    ICE_TRY(call.catalog.load_namespace(call.space()));
    return make_no_content();
}

Result<http::Response> drop(const Call& call) {
    ICE_TRY(call.change(catalog::DropNamespace{call.space()}));
    return make_no_content();
}

Result<http::Response> update(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_update_properties_request(call.request.body));
    for (const std::string& key : wanted.removals) {
        if (!wanted.updates.contains(key)) continue;
        return make_iceberg_error(kUnprocessable,
                                  "UnprocessableEntityException",
                                  "property " + key + " is both to be set and to be removed");
    }
    ICE_ASSIGN(const auto reply,
               call.change(catalog::UpdateNamespace{
                   call.space(), std::move(wanted.removals), std::move(wanted.updates)}));
    const auto& changes = reply.properties;
    return http::make_json(http::status::kOk,
                           fmt::format(R"({{"updated":{},"removed":{},"missing":{}}})",
                                       levels_json(changes.updated),
                                       levels_json(changes.removed),
                                       levels_json(changes.missing)));
}

constexpr std::array kEndpoints = {
    Endpoint{http::Method::kGet, "/namespaces", Verb::kRead, list},
    Endpoint{http::Method::kPost, "/namespaces", Verb::kWrite, create},
    Endpoint{http::Method::kGet, "/namespaces/{namespace}", Verb::kRead, load},
    Endpoint{http::Method::kHead, "/namespaces/{namespace}", Verb::kRead, ask},
    Endpoint{http::Method::kDelete, "/namespaces/{namespace}", Verb::kWrite, drop},
    Endpoint{http::Method::kPost, "/namespaces/{namespace}/properties", Verb::kWrite, update},
};

}  // namespace

std::span<const Endpoint> namespace_endpoints() {
    return kEndpoints;
}

}  // namespace icelight::server
