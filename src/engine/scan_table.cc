#include "engine/scan_table.h"

#include <fmt/format.h>

#include "engine/duckdb_internal.h"

namespace icelight::engine {
namespace {

/// Fewer rows are not worth another thread.
constexpr std::uint64_t kRowsPerThread = 32'768;

/// What the function knows: its extra info.
struct Registered {
    std::vector<ScanColumn> columns;
    std::shared_ptr<ScanTable> table;
};

/// One use of it in a statement.
struct Use {
    std::unique_ptr<ScanPass> pass;
    std::vector<std::size_t> places;  ///< Of the pass's columns in the engine's chunk.
};

template <class T>
void destroy(void* object) {
    delete static_cast<T*>(object);  // NOLINT(cppcoreguidelines-owning-memory): the engine's to end
}

void bind_scan(duckdb_bind_info info) {
    const auto& registered = *static_cast<Registered*>(duckdb_bind_get_extra_info(info));
    for (const ScanColumn& column : registered.columns) {
        duckdb_logical_type type = make_type(column.type);
        duckdb_bind_add_result_column(info, column.name.c_str(), type);
        duckdb_destroy_logical_type(&type);
    }
    duckdb_bind_set_cardinality(info, registered.table->row_count(), false);
}

void init_scan(duckdb_init_info info) {
    const auto& registered = *static_cast<Registered*>(duckdb_init_get_extra_info(info));
    auto use = std::make_unique<Use>();
    std::vector<std::size_t> columns;
    for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
        const idx_t column = duckdb_init_get_column_index(info, i);
        // A row's number, which a statement that only counts rows may be given: nobody reads it.
        if (column >= registered.columns.size()) continue;
        columns.push_back(column);
        use->places.push_back(i);
    }
    use->pass = registered.table->start(std::move(columns));
    duckdb_init_set_max_threads(info, registered.table->row_count() / kRowsPerThread + 1);
    duckdb_init_set_init_data(info, use.release(), destroy<Use>);
}

void scan(duckdb_function_info info, duckdb_data_chunk chunk) {
    auto& use = *static_cast<Use*>(duckdb_function_get_init_data(info));
    auto& source =
        *static_cast<std::unique_ptr<RowSource>*>(duckdb_function_get_local_init_data(info));
    if (source == nullptr) source = use.pass->open();
    ChunkWriter writer;
    ChunkAccess::attach(writer, chunk, use.places);
    const auto filled = source->fill(writer);
    if (!filled) {
        duckdb_function_set_error(info, filled.error().message.c_str());
        return;
    }
    ICE_CHECK(*filled <= kChunkRows, "a chunk has 2,048 rows");
    duckdb_data_chunk_set_size(chunk, *filled);
}

void init_thread(duckdb_init_info info) {
    auto source = std::make_unique<std::unique_ptr<RowSource>>();
    duckdb_init_set_init_data(info, source.release(), destroy<std::unique_ptr<RowSource>>);
}

}  // namespace

Result<> register_scan(Session& session,
                       const std::string& name,
                       std::vector<ScanColumn> columns,
                       std::shared_ptr<ScanTable> table) {
    auto registered =
        std::make_unique<Registered>(Registered{std::move(columns), std::move(table)});
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_table_function_set_name(function, name.c_str());
    duckdb_table_function_set_extra_info(function, registered.release(), destroy<Registered>);
    duckdb_table_function_set_bind(function, bind_scan);
    duckdb_table_function_set_init(function, init_scan);
    duckdb_table_function_set_local_init(function, init_thread);
    duckdb_table_function_set_function(function, scan);
    duckdb_table_function_supports_projection_pushdown(function, true);
    const duckdb_state state =
        duckdb_register_table_function(SessionAccess::state(session).connection, function);
    duckdb_destroy_table_function(&function);
    if (state == DuckDBError) {
        return fail(ErrorCode::kIo, fmt::format("engine: cannot add the function {}", name));
    }
    return {};
}

}  // namespace icelight::engine
