#include "engine/parquet_writer.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "engine/duckdb_internal.h"
#include "engine/sql_text.h"

namespace icelight::engine {

struct Feed {
    RowSource* source = nullptr;
    const std::vector<ParquetColumn>* columns = nullptr;
    std::optional<Error> error;  ///< Of the source: it ended the writing.
};

namespace {

constexpr const char* kRowsFunction = "icelight_rows";

// The table function takes its rows from DatabaseState::feed and not from a parameter, so that no
// SQL text can name an address.

void bind_rows(duckdb_bind_info info) {
    const auto* database = static_cast<DatabaseState*>(duckdb_bind_get_extra_info(info));
    if (database->feed == nullptr) {
        duckdb_bind_set_error(info, "nothing is being written");
        return;
    }
    for (const ParquetColumn& column : *database->feed->columns) {
        duckdb_logical_type type = make_type(column.type);
        duckdb_bind_add_result_column(info, column.name.c_str(), type);
        duckdb_destroy_logical_type(&type);
    }
}

void init_rows(duckdb_init_info info) {
    duckdb_init_set_max_threads(info, 1);
}

void emit_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
    auto* database = static_cast<DatabaseState*>(duckdb_function_get_extra_info(info));
    Feed& feed = *database->feed;
    ChunkWriter writer;
    ChunkAccess::attach(writer, chunk);
    Result<std::size_t> filled = feed.source->fill(writer);
    if (!filled) {
        feed.error = filled.error();
        duckdb_function_set_error(info, "the source of rows failed");
        return;
    }
    ICE_CHECK(*filled <= kChunkRows, "a chunk has 2,048 rows");
    duckdb_data_chunk_set_size(chunk, *filled);
}

Result<> register_rows_function(SessionState& session) {
    DatabaseState& database = *session.database;
    if (database.has_rows_function) return {};
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_table_function_set_name(function, kRowsFunction);
    duckdb_table_function_set_extra_info(function, &database, nullptr);
    duckdb_table_function_set_bind(function, bind_rows);
    duckdb_table_function_set_init(function, init_rows);
    duckdb_table_function_set_function(function, emit_rows);
    const duckdb_state state = duckdb_register_table_function(session.connection, function);
    duckdb_destroy_table_function(&function);
    if (state == DuckDBError) return fail(ErrorCode::kIo, "engine: cannot add a table function");
    database.has_rows_function = true;
    return {};
}

std::string copy_sql(const std::vector<ParquetColumn>& columns,
                     const std::filesystem::path& path,
                     const ParquetOptions& options) {
    std::string ids;
    for (const ParquetColumn& column : columns) {
        ids += fmt::format(
            "{}{}: {}", ids.empty() ? "" : ", ", quote_identifier(column.name), column.field_id);
    }
    return fmt::format(
        "COPY (SELECT * FROM {}()) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {}, "
        "PARQUET_VERSION V2, ROW_GROUP_SIZE {}, DICTIONARY_SIZE_LIMIT {}, FIELD_IDS {{{}}}, "
        "RETURN_STATS)",
        kRowsFunction,
        quote_literal(path.string()),
        options.zstd_level,
        options.row_group_rows,
        options.dictionary_values_max,
        ids);
}

std::int64_t number_in(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// The statistics of one column: a map of texts.
void read_counts(const VectorView& statistics, std::size_t row, ColumnCounts& out) {
    const ListEntry entry = statistics.list(row);
    const VectorView names = statistics.child(0);
    const VectorView values = statistics.child(1);
    for (std::size_t i = entry.offset; i < entry.offset + entry.count; ++i) {
        if (names.bytes(i) == "num_values") out.value_count = number_in(values.bytes(i));
        if (names.bytes(i) == "null_count") out.null_count = number_in(values.bytes(i));
        if (names.bytes(i) == "column_size_bytes") out.column_bytes = number_in(values.bytes(i));
    }
}

/// The row that RETURN_STATS gives: filename, count, file_size_bytes, footer_size_bytes,
/// column_statistics, partition_keys.
Result<WrittenFile> read_statistics(const Chunk& chunk, const std::vector<ParquetColumn>& columns) {
    WrittenFile file;
    file.row_count = chunk.column(1).integer(0);
    file.file_bytes = chunk.column(2).integer(0);
    const VectorView by_column = chunk.column(4);
    const ListEntry entry = by_column.list(0);
    for (const ParquetColumn& column : columns) {
        const std::string wanted = quote_identifier(column.name);
        ColumnCounts counts;
        counts.field_id = column.field_id;
        bool is_found = false;
        for (std::size_t i = entry.offset; i < entry.offset + entry.count; ++i) {
            if (by_column.child(0).bytes(i) != wanted) continue;
            read_counts(by_column.child(1), i, counts);
            is_found = true;
        }
        if (!is_found && file.row_count > 0) {
            return fail(ErrorCode::kIo, fmt::format("no statistics of column {}", column.name));
        }
        file.columns.push_back(counts);
    }
    return file;
}

Result<WrittenFile> run_copy(Session& session,
                             const std::string& sql,
                             const std::vector<ParquetColumn>& columns) {
    ICE_ASSIGN(QueryResult result, session.query(sql));
    ICE_ASSIGN(const auto chunk, result.next());
    if (!chunk) return fail(ErrorCode::kIo, "engine: COPY returned no statistics");
    return read_statistics(*chunk, columns);
}

Result<std::vector<std::int64_t>> load_split_offsets(Session& session,
                                                     const std::filesystem::path& path) {
    ICE_ASSIGN(QueryResult result,
               session.query("SELECT min(coalesce(dictionary_page_offset, data_page_offset)) "
                             "FROM parquet_metadata($1) GROUP BY row_group_id ORDER BY 1",
                             {path.string()}));
    std::vector<std::int64_t> offsets;
    for (;;) {
        ICE_ASSIGN(const auto chunk, result.next());
        if (!chunk) return offsets;
        for (std::size_t row = 0; row < chunk->row_count(); ++row)
            offsets.push_back(chunk->column(0).integer(row));
    }
}

}  // namespace

Result<WrittenFile> write_parquet(Session& session,
                                  RowSource& source,
                                  const std::vector<ParquetColumn>& columns,
                                  const std::filesystem::path& path,
                                  const ParquetOptions& options) {
    SessionState& state = SessionAccess::state(session);
    DatabaseState& database = *state.database;
    Feed feed{&source, &columns, std::nullopt};
    Result<WrittenFile> file;
    {
        const std::lock_guard lock(database.writing);
        ICE_TRY(register_rows_function(state));
        database.feed = &feed;
        file = run_copy(session, copy_sql(columns, path, options), columns);
        database.feed = nullptr;
    }
    if (!file) {
        if (feed.error) return tl::unexpected(*feed.error);
        return file;
    }
    ICE_ASSIGN(file->split_offsets, load_split_offsets(session, path));
    return file;
}

}  // namespace icelight::engine
