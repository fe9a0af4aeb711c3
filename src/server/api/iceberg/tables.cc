#include <array>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/ids.h"
#include "catalog/refusal.h"
#include "iceberg/json/catalog_requests_json.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/json/table_update_json.h"
#include "iceberg/new_table.h"
#include "server/api/iceberg/endpoint.h"
#include "server/api/iceberg/errors.h"
#include "server/api/iceberg/table_reply.h"

namespace icelight::server {
namespace {

constexpr std::string_view kFormatVersionProperty = "format-version";

Result<http::Response> list(const Call& call) {
    ICE_ASSIGN(const auto idents, call.catalog.list_tables(call.space()));
    return list_idents(call, idents);
}

/// "format-version" among the properties says what the table is to be; it is not kept there.
Result<std::int32_t> take_format_version(std::map<std::string, std::string>& properties) {
    const auto found = properties.find(std::string(kFormatVersionProperty));
    if (found == properties.end()) return iceberg::kFormatVersionDefault;
    const std::string text = found->second;
    properties.erase(found);
    if (text.size() == 1 && text[0] >= '1' && text[0] <= '0' + iceberg::kFormatVersionMax) {
        return text[0] - '0';
    }
    return fail(ErrorCode::kInvalidArgument, "unsupported format-version: " + text);
}

Result<iceberg::TableMetadata> make_metadata(const Call& call,
                                             iceberg::CreateTableRequest wanted,
                                             const catalog::TableIdent& ident) {
    const TimestampUs now_us = system_clock().now_us();
    iceberg::NewTable table;
    table.uuid = make_uuid_v7(now_us);
    ICE_ASSIGN(table.format_version, take_format_version(wanted.properties));
    table.schema = std::move(wanted.schema);
    table.spec = std::move(wanted.spec);
    table.order = std::move(wanted.order);
    table.properties = std::move(wanted.properties);
    table.field_ids = iceberg::FieldIds::kAssign;
    ICE_ASSIGN(table.location,
               call.catalog.place_table({ident, wanted.location.value_or(""), wanted.is_staged}));
    return iceberg::make_table(std::move(table), now_us);
}

Result<http::Response> create(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_create_table_request(call.request.body));
    const catalog::TableIdent ident{call.space(), wanted.name};
    // Asked before anything is placed on disk; the change itself asks again in its turn.
    ICE_TRY(call.catalog.load_namespace(ident.space));
    ICE_ASSIGN(const auto existing, call.catalog.read_point({ident}));
    const bool is_taken = !existing.metadata_locations.empty();
    ICE_ASSIGN(const auto key, call.key());
    if (is_taken && !key) return catalog::table_exists(ident);
    const bool is_staged = wanted.is_staged;
    ICE_ASSIGN(auto metadata, make_metadata(call, std::move(wanted), ident));
    if (is_staged) {
        return http::make_json(http::status::kOk,
                               fmt::format(R"({{"metadata":{},"config":{{}}}})",
                                           iceberg::encode_table_metadata(metadata)));
    }
    ICE_ASSIGN(const auto reply, call.change(catalog::CreateTable{ident, std::move(metadata)}));
    return make_load_reply(ident, reply);
}

Result<http::Response> register_table(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_register_request(call.request.body));
    const catalog::TableIdent ident{call.space(), wanted.name};
    ICE_ASSIGN(const auto reply,
               call.change(catalog::RegisterTable{
                   ident, std::move(wanted.metadata_location), wanted.overwrites}));
    return make_load_reply(ident, reply);
}

/// Another client's If-None-Match: the tag, or a list of tags, weak or not.
bool holds_tag(std::string_view header, const std::string& tag) {
    return header.find(tag) != std::string_view::npos;
}

Result<http::Response> load(const Call& call) {
    const auto loaded = load_existing(call, call.table());
    if (!loaded) return tl::unexpected(loaded.error());
    const bool has_all = call.parameter("snapshots") != "refs";
    const std::string tag = etag_of(*loaded, has_all);
    if (holds_tag(call.request.header("if-none-match"), tag)) {
        http::Response unchanged{.status = kNotModified};
        unchanged.add_header("ETag", tag);
        return unchanged;
    }
    auto response = http::make_json(http::status::kOk, load_json(*loaded, has_all));
    response.add_header("ETag", tag);
    return response;
}

Result<http::Response> ask(const Call& call) {
    ICE_ASSIGN(const auto point, call.catalog.read_point({call.table()}));
    if (point.metadata_locations.empty()) return catalog::no_such_table(call.table());
    return make_no_content();
}

Result<http::Response> drop(const Call& call) {
    ICE_TRY(
        call.change(catalog::DropTable{.ident = call.table(),
                                       .is_admin = call.caller.role == app::Role::kAdmin,
                                       .is_purge = call.parameter("purgeRequested") == "true"}));
    return make_no_content();
}

Result<http::Response> rename(const Call& call) {
    ICE_ASSIGN(auto wanted, iceberg::parse_rename_request(call.request.body));
    ICE_TRY(may(call.caller, Verb::kWrite, wanted.source.levels));
    ICE_TRY(may(call.caller, Verb::kWrite, wanted.destination.levels));
    ICE_TRY(call.change(catalog::RenameTable{
        {std::move(wanted.source.levels), std::move(wanted.source.name)},
        {std::move(wanted.destination.levels), std::move(wanted.destination.name)}}));
    return make_no_content();
}

/// Clients report what a scan or commit cost them; nothing is made of it.
Result<http::Response> take_metrics(const Call& call) {
    return ask(call);
}

constexpr const char* kTable = "/namespaces/{namespace}/tables/{table}";

constexpr std::array kEndpoints = {
    Endpoint{http::Method::kGet, "/namespaces/{namespace}/tables", Verb::kRead, list},
    Endpoint{http::Method::kPost, "/namespaces/{namespace}/tables", Verb::kWrite, create},
    Endpoint{http::Method::kGet, kTable, Verb::kRead, load},
    Endpoint{http::Method::kHead, kTable, Verb::kRead, ask},
    Endpoint{http::Method::kDelete, kTable, Verb::kWrite, drop},
    Endpoint{http::Method::kPost, "/namespaces/{namespace}/register", Verb::kWrite, register_table},
    Endpoint{http::Method::kPost, "/tables/rename", Verb::kWrite, rename},
    Endpoint{http::Method::kPost,
             "/namespaces/{namespace}/tables/{table}/metrics",
             Verb::kRead,
             take_metrics},
};

}  // namespace

std::span<const Endpoint> table_endpoints() {
    return kEndpoints;
}

}  // namespace icelight::server
