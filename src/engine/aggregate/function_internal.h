#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <vector>

#include <duckdb.h>

#include "base/result.h"
#include "engine/aggregate/aggregate_memory.h"
#include "engine/aggregate/event_list.h"

/// What our aggregates share about the engine's C interface.
namespace icelight::engine {

/// Everything an aggregate is registered with.
struct AggregateDefinition {
    const char* name;
    std::vector<duckdb_type> parameters;
    duckdb_logical_type result;  ///< Taken.
    duckdb_aggregate_state_size state_bytes;
    duckdb_aggregate_init_t init;
    duckdb_aggregate_update_t update;
    duckdb_aggregate_combine_t combine;
    duckdb_aggregate_finalize_t finalize;
};

/// @error kIo  the name is taken, or the engine refuses.
Result<> register_aggregate(duckdb_connection connection,
                            AggregateDefinition definition,
                            AggregateMemory& memory);

Result<> register_sequence_functions(duckdb_connection connection, AggregateMemory& memory);
Result<> register_sequence_counts(duckdb_connection connection, AggregateMemory& memory);
Result<> register_path_function(duckdb_connection connection, AggregateMemory& memory);
Result<> register_cohort_function(duckdb_connection connection, AggregateMemory& memory);

/// The memory given at registration.
AggregateMemory& memory_of(duckdb_function_info info);

/// Fails the statement: "name: why".
void fail_aggregate(duckdb_function_info info, std::string_view name, std::string_view why);

/// The two ways an aggregate of any kind ends early.
void fail_out_of_memory(duckdb_function_info info, std::string_view name);

/// True when the statement was interrupted; the error is set.
bool is_cancelled(duckdb_function_info info);

/// One argument of the rows of a chunk.
template <class T>
class Argument {
public:
    Argument(duckdb_data_chunk chunk, idx_t column)
        : Argument(duckdb_data_chunk_get_vector(chunk, column)) {}

    explicit Argument(duckdb_vector vector)
        : data_(static_cast<const T*>(duckdb_vector_get_data(vector))),
          validity_(duckdb_vector_get_validity(vector)) {}

    bool is_null(idx_t row) const {
        return validity_ != nullptr && ((validity_[row / 64] >> (row % 64)) & 1u) == 0;
    }

    const T& operator[](idx_t row) const { return data_[row]; }

private:
    const T* data_ = nullptr;
    const std::uint64_t* validity_ = nullptr;
};

inline std::string_view text_of(const duckdb_string_t& text) {
    return {duckdb_string_t_data(const_cast<duckdb_string_t*>(&text)),
            duckdb_string_t_length(text)};
}

/// The text that the first argument has in all rows. @error kInvalidArgument  NULL, or not one.
Result<std::string_view> read_spec_text(duckdb_data_chunk chunk);

/// True when the chunk has as many columns as it must: list_aggregate() calls with one.
bool has_columns(duckdb_function_info info,
                 std::string_view name,
                 duckdb_data_chunk chunk,
                 idx_t count);

/// How update() of an aggregate over events begins: what the first argument says.
///
/// @return null when there is nothing to do, or the error is set.
template <class Spec>
const Spec* begin_update(duckdb_function_info info,
                         std::string_view name,
                         duckdb_data_chunk chunk,
                         idx_t columns,
                         Result<Spec> (*parse)(std::string_view)) {
    if (duckdb_data_chunk_get_size(chunk) == 0 || is_cancelled(info) ||
        !has_columns(info, name, chunk, columns))
        return nullptr;
    const auto text = read_spec_text(chunk);
    if (!text) {
        fail_aggregate(info, name, text.error().message);
        return nullptr;
    }
    const auto spec = memory_of(info).find_spec<Spec>(*text, parse);
    if (!spec) {
        fail_aggregate(info, name, spec.error().message);
        return nullptr;
    }
    return *spec;
}

/// What an aggregate of states without a destructor is registered with.
template <class State>
idx_t state_bytes(duckdb_function_info /*info*/) {
    return sizeof(State);
}

template <class State>
void init_state(duckdb_function_info /*info*/, duckdb_aggregate_state state) {
    new (state) State{};
}

/// Fetches the states of the rows to come; a state of groups without order is rarely in a cache.
template <class State>
void prefetch_states(duckdb_aggregate_state* states, idx_t row, idx_t count) {
    constexpr idx_t kStatesAhead = 12;
    constexpr idx_t kPartsAhead = 6;
    if (row + kStatesAhead < count) __builtin_prefetch(states[row + kStatesAhead], 1);
    if (row + kPartsAhead < count) {
        __builtin_prefetch(reinterpret_cast<State*>(states[row + kPartsAhead])->events.tail, 1);
    }
}

/// Sequences and paths: the events of a group.
template <class Spec>
struct EventState {
    EventList events;
    const Spec* spec;  ///< Null while empty.
};

/// Times whose differences fit in 64 bits; no event has another, infinity least of all.
inline constexpr std::int64_t kTimeMax = std::int64_t{1} << 61;

inline bool is_usable_time(std::int64_t time) {
    return time > -kTimeMax && time < kTimeMax;
}

/// Moves the other's events over. False: they were made with another specification.
template <class Spec>
bool take_events(EventState<Spec>& target, const EventState<Spec>& source) {
    if (source.spec == nullptr) return true;
    if (target.spec != nullptr && target.spec != source.spec) return false;
    target.spec = source.spec;
    target.events.take(source.events);
    return true;
}

inline constexpr std::string_view kSpecsDiffer =
    "the first argument must be the same text in all rows of a group";

template <class Spec>
void combine_events(duckdb_function_info info,
                    duckdb_aggregate_state* sources,
                    duckdb_aggregate_state* targets,
                    idx_t count) {
    using State = EventState<Spec>;
    for (idx_t i = 0; i < count; ++i) {
        if (!take_events(*reinterpret_cast<State*>(targets[i]),
                         *reinterpret_cast<State*>(sources[i]))) {
            fail_aggregate(info, "combine", kSpecsDiffer);
            return;
        }
    }
}

}  // namespace icelight::engine
