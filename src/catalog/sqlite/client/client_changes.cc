#include "catalog/sqlite/client/client_changes.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "catalog/refusal.h"
#include "catalog/sqlite/client/request_rows.h"
#include "catalog/telemetry.h"

namespace icelight::catalog::sqlite {

namespace {

/// The tables that the reply shows.
std::vector<TableIdent> tables_of(const ClientChange& change) {
    if (const auto* create = std::get_if<CreateTable>(&change)) return {create->ident};
    if (const auto* adopt = std::get_if<RegisterTable>(&change)) return {adopt->ident};
    std::vector<TableIdent> idents;
    if (const auto* commits = std::get_if<CommitTables>(&change)) {
        for (const TableCommit& commit : commits->commits)
            idents.push_back(commit.table);
    }
    return idents;
}

/// Files of a transaction that did not land for certain are ours to remove.
bool is_without_effect(const Result<bool>& outcome) {
    if (outcome) return !*outcome;
    return outcome.error().code != ErrorCode::kCommitStateUnknown;
}

/// Refused for what the request is or meets, not for how the server fares.
bool is_final(ErrorCode code) {
    constexpr std::array kFinal = {ErrorCode::kInvalidArgument,
                                   ErrorCode::kForbidden,
                                   ErrorCode::kNotFound,
                                   ErrorCode::kAlreadyExists,
                                   ErrorCode::kConflict};
    return std::find(kFinal.begin(), kFinal.end(), code) != kFinal.end();
}

}  // namespace

Result<ClientReply> ClientChanges::apply(const ClientRequest& request) {
    ClientReply reply;
    TableTransaction tables(shop_);
    const auto outcome = writer_.transact(
        [&](Connection& connection) { return run(connection, request, tables, reply); });
    if (is_without_effect(outcome)) tables.take_back();
    if (!outcome) {
        if (outcome.error().code == ErrorCode::kConflict) {
            telemetry::conflicted(outcome.error().message);
        }
        keep_refusal(request, outcome.error());
        return tl::unexpected(outcome.error());
    }
    if (*outcome) committer_.publish_tables(tables);
    for (const TableIdent& ident : tables_of(request.change)) {
        if (tables.holds(ident)) reply.tables.push_back(tables.stored(ident));
        telemetry::changed("table", text_of(ident));
    }
    return reply;
}

void ClientChanges::keep_refusal(const ClientRequest& request, const Error& error) {
    if (!request.key || !is_final(error.code)) return;
    const auto kept = writer_.transact([&](Connection& connection) -> Result<bool> {
        ICE_TRY(store_refusal(connection, *request.key, error, shop_.clock.now_us()));
        return true;
    });
    // Without it the next one is judged on the state of then, as one without a key is.
    if (!kept) telemetry::commit_failed(kept.error().message);
}

Result<bool> ClientChanges::run(Connection& connection,
                                const ClientRequest& request,
                                TableTransaction& tables,
                                ClientReply& reply) {
    bool is_wanted = false;
    bool is_replay = false;
    if (request.key) {
        ICE_ASSIGN(auto known, find_request(connection, *request.key));
        is_replay = known.has_value();
        if (known) reply = std::move(*known);
    }
    if (!is_replay) {
        ICE_ASSIGN(is_wanted, std::visit(Step{*this, connection, tables, reply}, request.change));
        ICE_TRY(tables.store(connection));
        if (request.key) {
            ICE_TRY(store_request(connection, *request.key, reply, shop_.clock.now_us()));
            is_wanted = true;
        }
    }
    if (is_replay) {
        ICE_TRY(load_view_of(connection, request.change, reply));
    }
    for (const TableIdent& ident : tables_of(request.change)) {
        if (tables.holds(ident)) continue;
        // A table that was dropped since has nothing to show.
        const auto loaded = tables.load(connection, ident);
        const bool is_gone = !loaded && loaded.error().code == ErrorCode::kNotFound;
        if (!loaded && !is_gone) return tl::unexpected(loaded.error());
    }
    return is_wanted;
}

Result<> ClientChanges::load_view_of(Connection& connection,
                                     const ClientChange& change,
                                     ClientReply& reply) {
    const TableIdent* ident = nullptr;
    if (const auto* create = std::get_if<CreateView>(&change)) ident = &create->ident;
    if (const auto* commit = std::get_if<CommitView>(&change)) ident = &commit->ident;
    if (const auto* adopt = std::get_if<RegisterView>(&change)) ident = &adopt->ident;
    if (ident == nullptr) return {};
    ICE_ASSIGN(const auto row, find_relation(connection, Relation::kView, *ident));
    if (!row) return {};
    ICE_ASSIGN(auto metadata, load_view_metadata(shop_.files, row->metadata_location));
    reply.views = {{std::move(metadata), row->metadata_location}};
    return {};
}

const SinkTable* ClientChanges::find_sink(const TableIdent& ident) const {
    const auto found = std::find_if(
        sinks_.begin(), sinks_.end(), [&](const SinkTable& sink) { return sink.ident == ident; });
    return found == sinks_.end() ? nullptr : &*found;
}

}  // namespace icelight::catalog::sqlite
