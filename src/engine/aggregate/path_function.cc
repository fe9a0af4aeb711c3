
#include "engine/aggregate/function_internal.h"
#include "engine/aggregate/path.h"

namespace icelight::engine {
namespace {

using State = EventState<PathSpec>;

constexpr const char* kName = "path_around";
constexpr std::size_t kSmallGroup = 4'096;

thread_local std::vector<Event> scratch;

/// (spec VARCHAR, time TIMESTAMPTZ, position BIGINT, name VARCHAR, is_anchor BOOLEAN)
void update(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_aggregate_state* states) {
    const auto* const spec = begin_update<PathSpec>(info, kName, chunk, 5, parse_path_spec);
    if (spec == nullptr) return;
    const idx_t count = duckdb_data_chunk_get_size(chunk);
    const Argument<std::int64_t> times(chunk, 1);
    const Argument<std::int64_t> positions(chunk, 2);
    const Argument<duckdb_string_t> names(chunk, 3);
    const Argument<bool> anchors(chunk, 4);
    AggregateArena& arena = memory_of(info).arena();
    for (idx_t i = 0; i < count; ++i) {
        prefetch_states<State>(states, i, count);
        if (times.is_null(i) || names.is_null(i) || !is_usable_time(times[i])) continue;
        auto& state = *reinterpret_cast<State*>(states[i]);
        if (state.spec == nullptr) state.spec = spec;
        if (state.spec != spec) return fail_aggregate(info, kName, kSpecsDiffer);
        const std::uint32_t number = arena.number_of(text_of(names[i]));
        if (number == NameTable::kNone) {
            return fail_aggregate(info, kName, "too many different names, or one is too long");
        }
        const bool is_anchor = !anchors.is_null(i) && anchors[i];
        const Event event{times[i],
                          positions.is_null(i) ? kNoPosition : positions[i],
                          number | (is_anchor ? kAnchorBit : 0)};
        if (!state.events.add(arena, event)) return fail_out_of_memory(info, kName);
    }
}

/// Rows of VARCHAR[]: before + 1 + after names, NULL where the path has none.
class PathWriter {
public:
    PathWriter(AggregateMemory& memory, duckdb_vector list, idx_t more)
        : names_(memory.names()),
          list_(list),
          entries_(static_cast<duckdb_list_entry*>(duckdb_vector_get_data(list))),
          size_(duckdb_list_vector_get_size(list)) {
        duckdb_list_vector_reserve(list_, size_ + more);
        child_ = duckdb_list_vector_get_child(list_);
        duckdb_vector_ensure_validity_writable(child_);
        validity_ = duckdb_vector_get_validity(child_);
    }

    void add_row(idx_t row, const PathSpec& spec, const PathWindow& window) {
        entries_[row] = {size_, spec.before + idx_t{1} + spec.after};
        add_nulls(spec.before - window.before.size());
        for (std::size_t i = window.before.size(); i-- > 0;) {
            add(window.before[i]);
        }
        for (const Event& event : window.after) {
            add(event);
        }
        add_nulls(spec.after + std::size_t{1} - window.after.size());
    }

    void add_empty_row(idx_t row) { entries_[row] = {size_, 0}; }

    void finish() { duckdb_list_vector_set_size(list_, size_); }

private:
    void add(const Event& event) {
        const auto text = names_.text(static_cast<std::uint32_t>(event.bits));
        duckdb_vector_assign_string_element_len(child_, size_++, text.data(), text.size());
    }

    void add_nulls(std::size_t count) {
        for (; count > 0; --count) {
            duckdb_validity_set_row_invalid(validity_, size_++);
        }
    }

    NameTable& names_;
    duckdb_vector list_;
    duckdb_list_entry* entries_;
    idx_t size_;
    duckdb_vector child_ = nullptr;
    std::uint64_t* validity_ = nullptr;
};

void finalize(duckdb_function_info info,
              duckdb_aggregate_state* states,
              duckdb_vector result,
              idx_t count,
              idx_t offset) {
    AggregateMemory& memory = memory_of(info);
    idx_t values_max = 0;
    for (idx_t i = 0; i < count; ++i) {
        const auto* const spec = reinterpret_cast<State*>(states[i])->spec;
        if (spec != nullptr) values_max += spec->before + 1 + spec->after;
    }
    duckdb_vector_ensure_validity_writable(result);
    std::uint64_t* const validity = duckdb_vector_get_validity(result);
    PathWriter writer(memory, result, values_max);
    for (idx_t i = 0; i < count; ++i) {
        auto& state = *reinterpret_cast<State*>(states[i]);
        writer.add_empty_row(offset + i);
        if (is_cancelled(info)) break;
        const bool is_large = state.events.count > kSmallGroup;
        const std::size_t bytes = is_large ? state.events.count * sizeof(Event) : std::size_t{0};
        if (!memory.charge(bytes)) {
            fail_out_of_memory(info, kName);
            break;
        }
        const auto window = state.spec == nullptr
                                ? PathWindow{}
                                : find_path(*state.spec, state.events.gather(scratch));
        if (window.has_anchor()) {
            writer.add_row(offset + i, *state.spec, window);
        } else {
            duckdb_validity_set_row_invalid(validity, offset + i);
        }
        if (is_large) scratch = {};
        memory.discharge(bytes);
    }
    writer.finish();
}

}  // namespace

Result<> register_path_function(duckdb_connection connection, AggregateMemory& memory) {
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    AggregateDefinition definition{kName,
                                   {DUCKDB_TYPE_VARCHAR,
                                    DUCKDB_TYPE_TIMESTAMP_TZ,
                                    DUCKDB_TYPE_BIGINT,
                                    DUCKDB_TYPE_VARCHAR,
                                    DUCKDB_TYPE_BOOLEAN},
                                   duckdb_create_list_type(text),
                                   state_bytes<State>,
                                   init_state<State>,
                                   update,
                                   combine_events<PathSpec>,
                                   finalize};
    duckdb_destroy_logical_type(&text);
    return register_aggregate(connection, std::move(definition), memory);
}

}  // namespace icelight::engine
