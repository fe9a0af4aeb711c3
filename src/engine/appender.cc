#include "engine/appender.h"

#include <fmt/format.h>

#include "engine/duckdb_internal.h"

namespace icelight::engine {

struct Appender::State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    ~State() {
        if (appender != nullptr) {
            duckdb_appender_clear(appender);
            duckdb_appender_destroy(&appender);
        }
        if (chunk != nullptr) duckdb_destroy_data_chunk(&chunk);
    }

    tl::unexpected<Error> failure() {
        duckdb_error_data data = duckdb_appender_error_data(appender);
        auto out = fail_engine(*session->database, duckdb_error_data_message(data));
        duckdb_destroy_error_data(&data);
        return out;
    }

    std::shared_ptr<SessionState> session;
    duckdb_appender appender = nullptr;
    duckdb_data_chunk chunk = nullptr;
    ChunkWriter writer;
};

namespace {

/// The chunk must match the table: what is stored as its bytes is not converted.
Result<> check_columns(duckdb_appender appender,
                       const std::string& table,
                       const std::vector<WriteType>& columns) {
    if (duckdb_appender_column_count(appender) != columns.size()) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("table {} has {} columns, {} given",
                                table,
                                duckdb_appender_column_count(appender),
                                columns.size()));
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        duckdb_logical_type wanted = duckdb_appender_column_type(appender, i);
        duckdb_logical_type given = make_type(columns[i]);
        const bool is_same = duckdb_get_type_id(wanted) == duckdb_get_type_id(given);
        duckdb_destroy_logical_type(&wanted);
        duckdb_destroy_logical_type(&given);
        if (!is_same) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("table {}: column {} is of another type", table, i));
        }
    }
    return {};
}

duckdb_data_chunk make_chunk(const std::vector<WriteType>& columns) {
    std::vector<duckdb_logical_type> types;
    types.reserve(columns.size());
    for (const WriteType column : columns)
        types.push_back(make_type(column));
    duckdb_data_chunk chunk = duckdb_create_data_chunk(types.data(), types.size());
    for (duckdb_logical_type& type : types)
        duckdb_destroy_logical_type(&type);
    return chunk;
}

}  // namespace

Appender::Appender(std::unique_ptr<State> state) : state_(std::move(state)) {}

Appender::Appender(Appender&&) noexcept = default;
Appender& Appender::operator=(Appender&&) noexcept = default;
Appender::~Appender() = default;

Result<Appender> Appender::open(Session& session,
                                const std::string& table,
                                const std::vector<WriteType>& columns) {
    auto state = std::make_unique<State>();
    state->session = session.state_;
    const duckdb_state created = duckdb_appender_create(
        state->session->connection, nullptr, table.c_str(), &state->appender);
    if (created == DuckDBError) {
        Error error = state->failure().value();
        if (!state->session->database->is_broken) error.code = ErrorCode::kInvalidArgument;
        return tl::unexpected(std::move(error));
    }
    ICE_TRY(check_columns(state->appender, table, columns));
    state->chunk = make_chunk(columns);
    ChunkAccess::attach(state->writer, state->chunk);
    return Appender(std::move(state));
}

ChunkWriter& Appender::chunk() {
    return state_->writer;
}

Result<> Appender::append_chunk(std::size_t row_count) {
    ICE_CHECK(row_count <= kChunkRows, "a chunk has 2,048 rows");
    duckdb_data_chunk_set_size(state_->chunk, row_count);
    const duckdb_state appended = duckdb_append_data_chunk(state_->appender, state_->chunk);
    duckdb_data_chunk_reset(state_->chunk);
    ChunkAccess::attach(state_->writer, state_->chunk);
    if (appended == DuckDBError) return state_->failure();
    return {};
}

Result<> Appender::flush() {
    if (duckdb_appender_flush(state_->appender) == DuckDBError) {
        auto failure = state_->failure();
        duckdb_appender_clear(state_->appender);
        return failure;
    }
    return {};
}

}  // namespace icelight::engine
