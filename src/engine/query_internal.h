#pragma once

#include <vector>

#include <duckdb.h>

#include "engine/query_result.h"

namespace icelight::engine {

struct QueryResult::Handle {
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    ~Handle() {
        if (is_open) duckdb_destroy_result(&result);
    }

    duckdb_result result{};
    std::vector<ResultColumn> columns;
    bool is_open = false;
    bool is_at_end = false;
};

}  // namespace icelight::engine
