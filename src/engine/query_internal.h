#pragma once

#include <cstdint>
#include <vector>

#include <duckdb.h>

#include "engine/duckdb_internal.h"
#include "engine/query_result.h"

namespace icelight::engine {

struct QueryResult::Handle {
    explicit Handle(SessionState& owner)
        : session(owner), aggregate_use(owner.database->aggregates.get()) {
        statement = ++session.statements;
    }

    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    ~Handle() {
        if (is_open) duckdb_destroy_result(&result);
        end_tasks();
    }

    /// Threads of the engine may go on with a statement whose rows nobody reads any more, and they
    /// may use what the aggregates hold. Beginning another statement waits for them.
    void end_tasks() {
        AggregateMemory* const aggregates = session.database->aggregates.get();
        if (aggregates == nullptr || aggregates->used_bytes() == 0) return;
        if (session.statements != statement) return;  // A newer one has begun.
        duckdb_prepared_statement nothing = nullptr;
        duckdb_prepare(session.connection, "SELECT 1", &nothing);
        duckdb_destroy_prepare(&nothing);
    }

    SessionState& session;        ///< Kept by the QueryResult, or by whoever starts the statement.
    std::uint64_t statement = 0;  ///< Its number in the session.
    AggregateUse aggregate_use;   ///< Ends after the tasks.
    duckdb_result result{};
    std::vector<ResultColumn> columns;
    bool is_open = false;
    bool is_at_end = false;
};

}  // namespace icelight::engine
