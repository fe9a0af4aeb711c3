#include <string>

#include <fmt/format.h>

#include "engine/aggregate/function_internal.h"
#include "engine/aggregate/register.h"
#include "engine/duckdb_internal.h"

namespace icelight::engine {

Result<> register_aggregate(duckdb_connection connection,
                            AggregateDefinition definition,
                            AggregateMemory& memory) {
    duckdb_aggregate_function function = duckdb_create_aggregate_function();
    duckdb_aggregate_function_set_name(function, definition.name);
    for (const duckdb_type parameter : definition.parameters) {
        duckdb_logical_type type = duckdb_create_logical_type(parameter);
        duckdb_aggregate_function_add_parameter(function, type);
        duckdb_destroy_logical_type(&type);
    }
    duckdb_aggregate_function_set_return_type(function, definition.result);
    duckdb_destroy_logical_type(&definition.result);
    duckdb_aggregate_function_set_functions(function,
                                            definition.state_bytes,
                                            definition.init,
                                            definition.update,
                                            definition.combine,
                                            definition.finalize);
    // NULLs come as rows: which of the arguments may be NULL is ours to say.
    duckdb_aggregate_function_set_special_handling(function);
    duckdb_aggregate_function_set_extra_info(function, &memory, nullptr);
    const duckdb_state state = duckdb_register_aggregate_function(connection, function);
    duckdb_destroy_aggregate_function(&function);
    if (state == DuckDBError) {
        return fail(ErrorCode::kIo, fmt::format("engine: cannot add {}", definition.name));
    }
    return {};
}

Result<> register_aggregates(SessionState& session, AggregateMemory& memory) {
    ICE_TRY(register_sequence_functions(session.connection, memory));
    ICE_TRY(register_sequence_counts(session.connection, memory));
    ICE_TRY(register_path_function(session.connection, memory));
    return register_cohort_function(session.connection, memory);
}

AggregateMemory& memory_of(duckdb_function_info info) {
    return *static_cast<AggregateMemory*>(duckdb_aggregate_function_get_extra_info(info));
}

void fail_aggregate(duckdb_function_info info, std::string_view name, std::string_view why) {
    duckdb_aggregate_function_set_error(info, fmt::format("{}: {}", name, why).c_str());
}

void fail_out_of_memory(duckdb_function_info info, std::string_view name) {
    fail_aggregate(info,
                   name,
                   "Out of Memory Error: the rows of this statement do not fit; select fewer, a "
                   "shorter time for example");
}

bool is_cancelled(duckdb_function_info info) {
    if (!memory_of(info).is_cancelled()) return false;
    duckdb_aggregate_function_set_error(info, std::string(kCancelledText).c_str());
    return true;
}

Result<std::string_view> read_spec_text(duckdb_data_chunk chunk) {
    const Argument<duckdb_string_t> texts(chunk, 0);
    const idx_t count = duckdb_data_chunk_get_size(chunk);
    const auto first = texts.is_null(0) ? std::string_view() : text_of(texts[0]);
    for (idx_t i = 0; i < count; ++i) {
        if (texts.is_null(i) || text_of(texts[i]) != first) {
            return fail(ErrorCode::kInvalidArgument,
                        "the first argument must be the same text in all rows");
        }
    }
    return first;
}

bool has_columns(duckdb_function_info info,
                 std::string_view name,
                 duckdb_data_chunk chunk,
                 idx_t count) {
    if (duckdb_data_chunk_get_column_count(chunk) == count) return true;
    fail_aggregate(info, name, "cannot be called by way of another function");
    return false;
}

}  // namespace icelight::engine
