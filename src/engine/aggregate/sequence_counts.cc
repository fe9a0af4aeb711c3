#include <algorithm>
#include <optional>
#include <span>

#include "engine/aggregate/function_internal.h"
#include "engine/aggregate/keyed_events.h"
#include "engine/aggregate/sequence.h"

namespace icelight::engine {
namespace {

constexpr const char* kName = "sequence_counts";
/// Positions in a list are 32 bits.
constexpr std::size_t kEventsMax = 0xffff'fff0;

struct State {
    KeyedEvents events;
    const SequenceSpec* spec;  ///< Null while empty.
};

/// What is kept from list to list.
struct Scratch {
    KeyGroups groups;
    SequenceMatcher matcher;
};

/// (spec VARCHAR, key VARCHAR, time TIMESTAMPTZ, position BIGINT, steps BIGINT)
void update(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_aggregate_state* states) {
    const auto* const spec = begin_update<SequenceSpec>(info, kName, chunk, 5, parse_sequence_spec);
    if (spec == nullptr) return;
    const idx_t count = duckdb_data_chunk_get_size(chunk);
    const Argument<duckdb_string_t> keys(chunk, 1);
    const Argument<std::int64_t> times(chunk, 2);
    const Argument<std::int64_t> positions(chunk, 3);
    const Argument<std::int64_t> steps(chunk, 4);
    AggregateArena& arena = memory_of(info).arena();
    for (idx_t i = 0; i < count; ++i) {
        if (keys.is_null(i) || times.is_null(i) || steps.is_null(i) || steps[i] == 0) continue;
        if (!is_usable_time(times[i])) continue;
        auto& state = *reinterpret_cast<State*>(states[i]);
        if (state.spec == nullptr) state.spec = spec;
        if (state.spec != spec) return fail_aggregate(info, kName, kSpecsDiffer);
        const Event event{times[i],
                          positions.is_null(i) ? kNoPosition : positions[i],
                          static_cast<std::uint64_t>(steps[i])};
        if (!state.events.add(arena, {hash_key(text_of(keys[i])), event})) {
            return fail_out_of_memory(info, kName);
        }
    }
}

void combine(duckdb_function_info info,
             duckdb_aggregate_state* sources,
             duckdb_aggregate_state* targets,
             idx_t count) {
    for (idx_t i = 0; i < count; ++i) {
        const auto& source = *reinterpret_cast<const State*>(sources[i]);
        auto& target = *reinterpret_cast<State*>(targets[i]);
        if (source.spec == nullptr) continue;
        if (target.spec == nullptr) target.spec = source.spec;
        if (target.spec != source.spec) return fail_aggregate(info, kName, kSpecsDiffer);
        target.events.take(source.events);
    }
}

/// What grouping and matching the largest list of the states takes at most.
///
/// @return nothing: a list is too long.
std::optional<std::size_t> scratch_bytes(duckdb_aggregate_state* states, idx_t count) {
    std::size_t most = 0;
    for (idx_t i = 0; i < count; ++i) {
        const auto& state = *reinterpret_cast<const State*>(states[i]);
        for (const auto& list : state.events.lists()) {
            if (list.count > kEventsMax) return std::nullopt;
            most = std::max(most,
                            KeyGroups::scratch_bytes(list.count) +
                                SequenceMatcher::scratch_bytes(*state.spec, list.count));
        }
    }
    return most;
}

/// Adds to counts[k] the keys of the list that reach step k.
void count_list(Scratch& scratch,
                const SequenceSpec& spec,
                const KeyedEvents::List& list,
                std::span<std::int64_t> counts) {
    scratch.groups.assign(list);
    for (std::size_t group = 0; group < scratch.groups.size(); ++group) {
        const auto depth = scratch.matcher.find_depth(spec, scratch.groups.sort(group));
        for (std::size_t k = 0; k < depth; ++k) {
            ++counts[k];
        }
    }
}

/// Makes room for a row of `length` zeros at the end of the lists.
std::span<std::int64_t> add_row(duckdb_vector lists, duckdb_list_entry& entry, idx_t length) {
    entry = {duckdb_list_vector_get_size(lists), length};
    duckdb_list_vector_reserve(lists, entry.offset + length);
    duckdb_list_vector_set_size(lists, entry.offset + length);
    auto* const values =
        static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_list_vector_get_child(lists)));
    const std::span<std::int64_t> row(values + entry.offset, length);
    std::fill(row.begin(), row.end(), 0);
    return row;
}

/// A list of as many counts as there are steps; without rows an empty one.
void finalize(duckdb_function_info info,
              duckdb_aggregate_state* states,
              duckdb_vector result,
              idx_t count,
              idx_t offset) {
    const auto bytes = scratch_bytes(states, count);
    if (!bytes || !memory_of(info).charge(*bytes)) return fail_out_of_memory(info, kName);
    Scratch scratch;
    auto* const entries = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(result)) + offset;
    for (idx_t i = 0; i < count; ++i) {
        const auto& state = *reinterpret_cast<const State*>(states[i]);
        const bool is_empty = state.spec == nullptr;
        const auto counts = add_row(result, entries[i], is_empty ? 0 : state.spec->steps);
        for (const auto& list : state.events.lists()) {
            if (is_cancelled(info)) break;
            count_list(scratch, *state.spec, list, counts);
        }
    }
    memory_of(info).discharge(*bytes);
}

}  // namespace

Result<> register_sequence_counts(duckdb_connection connection, AggregateMemory& memory) {
    duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    AggregateDefinition definition{kName,
                                   {DUCKDB_TYPE_VARCHAR,
                                    DUCKDB_TYPE_VARCHAR,
                                    DUCKDB_TYPE_TIMESTAMP_TZ,
                                    DUCKDB_TYPE_BIGINT,
                                    DUCKDB_TYPE_BIGINT},
                                   duckdb_create_list_type(number),
                                   state_bytes<State>,
                                   init_state<State>,
                                   update,
                                   combine,
                                   finalize};
    duckdb_destroy_logical_type(&number);
    return register_aggregate(connection, std::move(definition), memory);
}

}  // namespace icelight::engine
