#include <optional>

#include "engine/aggregate/function_internal.h"
#include "engine/aggregate/sequence.h"

namespace icelight::engine {
namespace {

using State = EventState<SequenceSpec>;

constexpr const char* kName = "sequence";
/// Positions in a group are 32 bits.
constexpr std::size_t kEventsMax = 0xffff'fff0;
/// Groups of fewer events need no accounting of what matching them takes.
constexpr std::size_t kSmallGroup = 4'096;

/// What a thread keeps between groups.
struct Scratch {
    SequenceMatcher matcher;
    std::vector<Event> events;
};

thread_local Scratch scratch;

/// (spec VARCHAR, time TIMESTAMPTZ, position BIGINT, steps BIGINT)
void update(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_aggregate_state* states) {
    const auto* const spec = begin_update<SequenceSpec>(info, kName, chunk, 4, parse_sequence_spec);
    if (spec == nullptr) return;
    const idx_t count = duckdb_data_chunk_get_size(chunk);
    const Argument<std::int64_t> times(chunk, 1);
    const Argument<std::int64_t> positions(chunk, 2);
    const Argument<std::int64_t> steps(chunk, 3);
    AggregateArena& arena = memory_of(info).arena();
    for (idx_t i = 0; i < count; ++i) {
        prefetch_states<State>(states, i, count);
        if (times.is_null(i) || steps.is_null(i) || steps[i] == 0) continue;
        if (!is_usable_time(times[i])) continue;
        auto& state = *reinterpret_cast<State*>(states[i]);
        if (state.spec == nullptr) state.spec = spec;
        if (state.spec != spec) return fail_aggregate(info, kName, kSpecsDiffer);
        const Event event{times[i],
                          positions.is_null(i) ? kNoPosition : positions[i],
                          static_cast<std::uint64_t>(steps[i])};
        if (!state.events.add(arena, event)) return fail_out_of_memory(info, kName);
    }
}

/// Sorts the group's events for `match` and accounts for what that takes.
///
/// @return false: the error is set.
template <class Match>
bool match_group(duckdb_function_info info, State& state, Match match) {
    if (is_cancelled(info)) return false;
    AggregateMemory& memory = memory_of(info);
    const std::size_t count = state.events.count;
    const bool is_large = count > kSmallGroup;
    const std::size_t bytes =
        is_large ? SequenceMatcher::scratch_bytes(*state.spec, count) : std::size_t{0};
    if (count > kEventsMax || !memory.charge(bytes)) {
        fail_out_of_memory(info, kName);
        return false;
    }
    match(state.events.sort(scratch.events));
    if (is_large) scratch = {};
    memory.discharge(bytes);
    return true;
}

void finalize_depth(duckdb_function_info info,
                    duckdb_aggregate_state* states,
                    duckdb_vector result,
                    idx_t count,
                    idx_t offset) {
    auto* const depths = static_cast<std::int32_t*>(duckdb_vector_get_data(result)) + offset;
    for (idx_t i = 0; i < count; ++i) {
        auto& state = *reinterpret_cast<State*>(states[i]);
        depths[i] = 0;
        if (state.spec == nullptr) continue;
        const bool is_done = match_group(info, state, [&](std::span<const Event> events) {
            depths[i] = static_cast<std::int32_t>(scratch.matcher.find_depth(*state.spec, events));
        });
        if (!is_done) return;
    }
}

/// The child vector of a list, written from its end.
class ListWriter {
public:
    ListWriter(duckdb_vector list, idx_t more)
        : list_(list),
          entries_(static_cast<duckdb_list_entry*>(duckdb_vector_get_data(list))),
          size_(duckdb_list_vector_get_size(list)),
          capacity_(size_ + more) {
        duckdb_list_vector_reserve(list_, capacity_);
        values_ =
            static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_list_vector_get_child(list_)));
    }

    void begin_row(idx_t row) { entries_[row] = {size_, 0}; }

    void add(idx_t row, std::int64_t value) {
        values_[size_++] = value;
        ++entries_[row].length;
    }

    void finish() { duckdb_list_vector_set_size(list_, size_); }

private:
    duckdb_vector list_;
    duckdb_list_entry* entries_;
    idx_t size_;
    idx_t capacity_;
    std::int64_t* values_ = nullptr;
};

void finalize_match(duckdb_function_info info,
                    duckdb_aggregate_state* states,
                    duckdb_vector result,
                    idx_t count,
                    idx_t offset) {
    idx_t values_max = 0;
    for (idx_t i = 0; i < count; ++i) {
        const auto* const spec = reinterpret_cast<State*>(states[i])->spec;
        if (spec != nullptr) values_max += spec->steps;
    }
    ListWriter times(duckdb_struct_vector_get_child(result, 0), values_max);
    ListWriter positions(duckdb_struct_vector_get_child(result, 1), values_max);
    for (idx_t i = 0; i < count; ++i) {
        auto& state = *reinterpret_cast<State*>(states[i]);
        times.begin_row(offset + i);
        positions.begin_row(offset + i);
        if (state.spec == nullptr) continue;
        const bool is_done = match_group(info, state, [&](std::span<const Event> events) {
            for (const std::uint32_t index : scratch.matcher.find_chain(*state.spec, events)) {
                times.add(offset + i, events[index].time);
                positions.add(offset + i, events[index].position);
            }
        });
        if (!is_done) break;
    }
    times.finish();
    positions.finish();
}

duckdb_logical_type make_list(duckdb_type child) {
    duckdb_logical_type type = duckdb_create_logical_type(child);
    duckdb_logical_type list = duckdb_create_list_type(type);
    duckdb_destroy_logical_type(&type);
    return list;
}

/// STRUCT(times TIMESTAMPTZ[], positions BIGINT[])
duckdb_logical_type make_match_type() {
    duckdb_logical_type types[] = {make_list(DUCKDB_TYPE_TIMESTAMP_TZ),
                                   make_list(DUCKDB_TYPE_BIGINT)};
    const char* names[] = {"times", "positions"};
    duckdb_logical_type result = duckdb_create_struct_type(types, names, 2);
    for (duckdb_logical_type& type : types) {
        duckdb_destroy_logical_type(&type);
    }
    return result;
}

}  // namespace

Result<> register_sequence_functions(duckdb_connection connection, AggregateMemory& memory) {
    AggregateDefinition depth{
        "sequence_depth",
        {DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_TIMESTAMP_TZ, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT},
        duckdb_create_logical_type(DUCKDB_TYPE_INTEGER),
        state_bytes<State>,
        init_state<State>,
        update,
        combine_events<SequenceSpec>,
        finalize_depth};
    AggregateDefinition match = depth;
    match.name = "sequence_match";
    match.result = make_match_type();
    match.finalize = finalize_match;
    ICE_TRY(register_aggregate(connection, std::move(depth), memory));
    return register_aggregate(connection, std::move(match), memory);
}

}  // namespace icelight::engine
