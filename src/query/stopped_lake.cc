#include "query/stopped_lake.h"

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "query/gate/gate.h"
#include "query/worker/worker_client.h"

namespace icelight::query {
namespace {

Result<TableInput> find_table(const StoppedLake& lake, const TableName& name) {
    const std::string& space = name.space.empty() ? lake.options.space : name.space;
    for (const auto& table : lake.tables) {
        if (!equal_ignoring_case(table.name, name.name)) continue;
        if (!equal_ignoring_case(table.space, space)) continue;
        TableInput found = table;
        found.tail = TailKind::kNone;
        if (found.space == lake.options.space && found.name == lake.options.events)
            found.tail = TailKind::kEvents;
        if (found.space == lake.options.space && found.name == lake.options.events + "__rejected")
            found.tail = TailKind::kRejected;
        return found;
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}there is no table {}.{}", kRefusalPrefix, space, name.name));
}

Result<Reply> run_on(WorkerClient& worker, const StoppedLake& lake, const Request& request) {
    const std::atomic<bool> is_cancelled{false};
    const QueryBounds bounds{deadline_in(request.timeout), &is_cancelled};
    ICE_ASSIGN(const auto statement,
               worker.prepare(
                   {request.sql, request.format, request.rows_max, request.timeout, request.values},
                   bounds));
    ExecuteMessage inputs;
    inputs.as_of = request.as_of;
    inputs.tail_from = lake.tail_from;
    const bool has_tail = !request.as_of && !request.is_committed_only;
    inputs.tail_to = has_tail ? std::max(lake.tail_from, lake.tail_to) : lake.tail_from;
    if (has_tail) inputs.admitted_us = system_clock().now_us();
    if (statement.kind == StatementKind::kShowTables) inputs.tables = lake.tables;
    for (const auto& name : statement.tables) {
        ICE_ASSIGN(auto table, find_table(lake, name));
        const bool is_known =
            std::any_of(inputs.tables.begin(), inputs.tables.end(), [&](const TableInput& one) {
                return one.metadata_location == table.metadata_location;
            });
        if (!is_known) inputs.tables.push_back(std::move(table));
    }
    Reply reply;
    reply.content_type = content_type_of(request.format);
    const WriteBody write = [&](std::string_view piece) {
        reply.bytes_written += piece.size();
        if (request.write) return request.write(piece);
        reply.body += piece;
        return true;
    };
    ICE_ASSIGN(reply.facts, worker.execute(inputs, bounds, write));
    return reply;
}

}  // namespace

Result<Reply> query_stopped(const StoppedLake& lake, const Request& request) {
    ICE_ASSIGN(auto worker, WorkerClient::start(lake.options, WorkerKind::kPlain, 0));
    auto reply = run_on(*worker, lake, request);
    if (!worker->needs_extension() || lake.options.extensions.empty()) return reply;
    ICE_ASSIGN(worker, WorkerClient::start(lake.options, WorkerKind::kIceberg, 0));
    return run_on(*worker, lake, request);
}

}  // namespace icelight::query
