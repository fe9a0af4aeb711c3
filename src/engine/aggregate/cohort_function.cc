#include <new>

#include <fmt/format.h>

#include "engine/aggregate/cohort.h"
#include "engine/aggregate/function_internal.h"

namespace icelight::engine {
namespace {

constexpr const char* kName = "cohort_periods";

idx_t state_bytes(duckdb_function_info /*info*/) {
    return sizeof(CohortBuckets);
}

void init(duckdb_function_info /*info*/, duckdb_aggregate_state state) {
    new (state) CohortBuckets{CohortBuckets::kNoStart, 0, 0, nullptr};
}

/// (bucket BIGINT, is_start BOOLEAN, is_active BOOLEAN)
void update(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_aggregate_state* states) {
    const idx_t count = duckdb_data_chunk_get_size(chunk);
    if (is_cancelled(info) || !has_columns(info, kName, chunk, 3)) return;
    const Argument<std::int64_t> buckets(chunk, 0);
    const Argument<bool> starts(chunk, 1);
    const Argument<bool> actives(chunk, 2);
    AggregateArena& arena = memory_of(info).arena();
    for (idx_t i = 0; i < count; ++i) {
        if (buckets.is_null(i)) continue;
        const std::int64_t bucket = buckets[i];
        if (bucket < 0 || bucket >= kBucketsMax) {
            return fail_aggregate(
                info, kName, fmt::format("bucket {} is not in 0 to {}", bucket, kBucketsMax - 1));
        }
        auto& state = *reinterpret_cast<CohortBuckets*>(states[i]);
        if (!starts.is_null(i) && starts[i]) {
            state.start = std::min(state.start, static_cast<std::int32_t>(bucket));
        }
        if (actives.is_null(i) || !actives[i]) continue;
        if (!state.add_active(arena, static_cast<std::uint32_t>(bucket))) {
            return fail_out_of_memory(info, kName);
        }
    }
}

void combine(duckdb_function_info info,
             duckdb_aggregate_state* sources,
             duckdb_aggregate_state* targets,
             idx_t count) {
    AggregateArena& arena = memory_of(info).arena();
    for (idx_t i = 0; i < count; ++i) {
        if (!reinterpret_cast<CohortBuckets*>(targets[i])
                 ->take(arena, *reinterpret_cast<CohortBuckets*>(sources[i]))) {
            return fail_out_of_memory(info, kName);
        }
    }
}

void finalize(duckdb_function_info /*info*/,
              duckdb_aggregate_state* states,
              duckdb_vector result,
              idx_t count,
              idx_t offset) {
    duckdb_vector cohort_vector = duckdb_struct_vector_get_child(result, 0);
    auto* const cohorts =
        static_cast<std::int32_t*>(duckdb_vector_get_data(cohort_vector)) + offset;
    auto* const periods = static_cast<std::int64_t*>(
                              duckdb_vector_get_data(duckdb_struct_vector_get_child(result, 1))) +
                          offset;
    duckdb_vector_ensure_validity_writable(cohort_vector);
    std::uint64_t* const validity = duckdb_vector_get_validity(cohort_vector);
    for (idx_t i = 0; i < count; ++i) {
        const auto& state = *reinterpret_cast<CohortBuckets*>(states[i]);
        cohorts[i] = state.start;
        if (state.start == CohortBuckets::kNoStart) {
            duckdb_validity_set_row_invalid(validity, offset + i);
        }
        periods[i] = state.periods();
    }
}

/// STRUCT(cohort INTEGER, periods BIGINT)
duckdb_logical_type make_result_type() {
    duckdb_logical_type types[] = {duckdb_create_logical_type(DUCKDB_TYPE_INTEGER),
                                   duckdb_create_logical_type(DUCKDB_TYPE_BIGINT)};
    const char* names[] = {"cohort", "periods"};
    duckdb_logical_type result = duckdb_create_struct_type(types, names, 2);
    for (duckdb_logical_type& type : types) {
        duckdb_destroy_logical_type(&type);
    }
    return result;
}

}  // namespace

Result<> register_cohort_function(duckdb_connection connection, AggregateMemory& memory) {
    return register_aggregate(connection,
                              {kName,
                               {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BOOLEAN, DUCKDB_TYPE_BOOLEAN},
                               make_result_type(),
                               state_bytes,
                               init,
                               update,
                               combine,
                               finalize},
                              memory);
}

}  // namespace icelight::engine
