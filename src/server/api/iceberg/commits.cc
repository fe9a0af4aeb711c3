#include <array>

#include <fmt/format.h>

#include "catalog/refusal.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/json/table_update_json.h"
#include "server/api/iceberg/endpoint.h"
#include "server/api/iceberg/table_reply.h"

namespace icelight::server {
namespace {

catalog::TableCommit make_commit(catalog::TableIdent ident, iceberg::CommitRequest request) {
    return {std::move(ident), std::move(request.requirements), std::move(request.updates)};
}

Result<http::Response> commit(const Call& call) {
    ICE_ASSIGN(auto request, iceberg::parse_commit_request(call.request.body));
    const auto ident = call.table();
    const bool is_other =
        !request.name.empty() && catalog::TableIdent{request.name_space, request.name} != ident;
    if (is_other) {
        return fail(ErrorCode::kInvalidArgument,
                    "the identifier in the body is not the table in the path");
    }
    catalog::CommitTables change;
    change.commits.push_back(make_commit(ident, std::move(request)));
    ICE_ASSIGN(const auto reply, call.change(std::move(change)));
    if (reply.tables.empty()) return catalog::no_such_table(ident);
    const auto& table = reply.tables.front();
    auto response = http::make_json(http::status::kOk,
                                    fmt::format(R"({{"metadata-location":{},"metadata":{}}})",
                                                http::quote_json(table.metadata_location),
                                                iceberg::encode_table_metadata(*table.metadata)));
    response.add_header("ETag", etag_of(table, true));
    return response;
}

Result<http::Response> commit_transaction(const Call& call) {
    ICE_ASSIGN(auto requests, iceberg::parse_transaction_request(call.request.body));
    catalog::CommitTables change;
    for (auto& request : requests) {
        ICE_TRY(may(call.caller, Verb::kWrite, request.name_space));
        catalog::TableIdent ident{std::move(request.name_space), std::move(request.name)};
        change.commits.push_back(make_commit(std::move(ident), std::move(request)));
    }
    if (change.commits.empty()) {
        return fail(ErrorCode::kInvalidArgument, "table-changes is empty");
    }
    ICE_TRY(call.change(std::move(change)));
    return make_no_content();
}

constexpr std::array kEndpoints = {
    Endpoint{http::Method::kPost, "/namespaces/{namespace}/tables/{table}", Verb::kWrite, commit},
    Endpoint{http::Method::kPost, "/transactions/commit", Verb::kWrite, commit_transaction},
};

}  // namespace

std::span<const Endpoint> commit_endpoints() {
    return kEndpoints;
}

}  // namespace icelight::server
