#include <array>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/ids.h"
#include "catalog/refusal.h"
#include "iceberg/json/catalog_requests_json.h"
#include "iceberg/json/view_metadata_json.h"
#include "server/api/iceberg/endpoint.h"

namespace icelight::server {
namespace {

std::string view_json(const catalog::LoadedView& view) {
    return fmt::format(R"({{"metadata-location":{},"metadata":{},"config":{{}}}})",
                       http::quote_json(view.metadata_location),
                       iceberg::encode_view_metadata(*view.metadata));
}

Result<http::Response> make_view_reply(const catalog::TableIdent& ident,
                                       const catalog::ClientReply& reply) {
    if (reply.views.empty()) return catalog::no_such_view(ident);
    return http::make_json(http::status::kOk, view_json(reply.views.front()));
}

Result<http::Response> list(const Call& call) {
    ICE_ASSIGN(const auto idents, call.catalog.list_views(call.space()));
    return list_idents(call, idents);
}

Result<http::Response> create(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_create_view_request(call.request.body));
    const catalog::TableIdent ident{call.space(), wanted.name};
    ICE_TRY(call.catalog.load_namespace(ident.space));
    const TimestampUs now_us = system_clock().now_us();
    ICE_ASSIGN(auto location,
               call.catalog.place_table({ident, wanted.location.value_or(""), false}));
    wanted.version.schema_id = iceberg::kLastAddedOfView;
    wanted.version.timestamp_ms = now_us / 1'000;
    const std::array<iceberg::ViewUpdate, 6> updates = {
        iceberg::AssignViewUuid{make_uuid_v7(now_us)},
        iceberg::SetViewLocation{std::move(location)},
        iceberg::SetViewProperties{std::move(wanted.properties)},
        iceberg::AddViewSchema{std::move(wanted.schema)},
        iceberg::AddViewVersion{std::move(wanted.version)},
        iceberg::SetCurrentViewVersion{}};
    ICE_ASSIGN(auto metadata, iceberg::apply_view_updates({}, updates, now_us));
    ICE_ASSIGN(const auto reply, call.change(catalog::CreateView{ident, std::move(metadata)}));
    return make_view_reply(ident, reply);
}

Result<http::Response> load(const Call& call) {
    ICE_ASSIGN(const auto view, call.catalog.load_view(call.table()));
    return http::make_json(http::status::kOk, view_json(view));
}

Result<http::Response> ask(const Call& call) {
    ICE_TRY(call.catalog.load_view(call.table()));
    return make_no_content();
}

Result<http::Response> commit(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_commit_view_request(call.request.body));
    const catalog::TableIdent ident = call.table();
    ICE_ASSIGN(const auto reply,
               call.change(catalog::CommitView{
                   ident, std::move(wanted.required_uuids), std::move(wanted.updates)}));
    return make_view_reply(ident, reply);
}

Result<http::Response> register_view(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_register_request(call.request.body));
    const catalog::TableIdent ident{call.space(), wanted.name};
    ICE_ASSIGN(const auto reply,
               call.change(catalog::RegisterView{ident, std::move(wanted.metadata_location)}));
    return make_view_reply(ident, reply);
}

Result<http::Response> drop(const Call& call) {
    ICE_TRY(call.change(catalog::DropView{call.table()}));
    return make_no_content();
}

Result<http::Response> rename(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_rename_request(call.request.body));
    ICE_TRY(may(call.caller, Verb::kWrite, wanted.source.levels));
    ICE_TRY(may(call.caller, Verb::kWrite, wanted.destination.levels));
    ICE_TRY(call.change(catalog::RenameView{
        {std::move(wanted.source.levels), std::move(wanted.source.name)},
        {std::move(wanted.destination.levels), std::move(wanted.destination.name)}}));
    return make_no_content();
}

constexpr const char* kViews = "/namespaces/{namespace}/views";
constexpr const char* kView = "/namespaces/{namespace}/views/{view}";

constexpr std::array kEndpoints = {
    Endpoint{http::Method::kGet, kViews, Verb::kRead, list},
    Endpoint{http::Method::kPost, kViews, Verb::kWrite, create},
    Endpoint{http::Method::kGet, kView, Verb::kRead, load},
    Endpoint{http::Method::kPost, kView, Verb::kWrite, commit},
    Endpoint{http::Method::kDelete, kView, Verb::kWrite, drop},
    Endpoint{http::Method::kHead, kView, Verb::kRead, ask},
    Endpoint{http::Method::kPost, "/views/rename", Verb::kWrite, rename},
    Endpoint{
        http::Method::kPost, "/namespaces/{namespace}/register-view", Verb::kWrite, register_view},
};

}  // namespace

std::span<const Endpoint> view_endpoints() {
    return kEndpoints;
}

}  // namespace icelight::server
