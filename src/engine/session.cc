#include "engine/session.h"

#include <charconv>

#include <fmt/format.h>

#include "engine/duckdb_internal.h"
#include "engine/query_internal.h"

namespace icelight::engine {
namespace {

class Prepared {
public:
    explicit Prepared(SessionState& session) : session_(session) {}

    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;

    ~Prepared() { duckdb_destroy_prepare(&statement_); }

    Result<> prepare(const std::string& sql) {
        if (duckdb_prepare(session_.connection, sql.c_str(), &statement_) == DuckDBError) {
            return fail_engine(*session_.database, duckdb_prepare_error(statement_));
        }
        return {};
    }

    Result<> bind(const std::vector<Value>& values) {
        const idx_t wanted = duckdb_nparams(statement_);
        if (wanted != values.size()) {
            return fail(
                ErrorCode::kInvalidArgument,
                fmt::format("the statement has {} parameters, {} given", wanted, values.size()));
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            const duckdb_state state = bind_one(i + 1, values[i]);
            if (state == DuckDBError) {
                return fail(ErrorCode::kInvalidArgument,
                            fmt::format("parameter ${} cannot be bound", i + 1));
            }
        }
        return {};
    }

    duckdb_prepared_statement raw() const { return statement_; }

private:
    duckdb_state bind_one(idx_t index, const Value& value) {
        if (const auto* v = std::get_if<bool>(&value)) {
            return duckdb_bind_boolean(statement_, index, *v);
        }
        if (const auto* v = std::get_if<std::int64_t>(&value)) {
            return duckdb_bind_int64(statement_, index, *v);
        }
        if (const auto* v = std::get_if<double>(&value)) {
            return duckdb_bind_double(statement_, index, *v);
        }
        if (const auto* v = std::get_if<std::string>(&value)) {
            return duckdb_bind_varchar_length(statement_, index, v->data(), v->size());
        }
        if (const auto* v = std::get_if<std::vector<std::string>>(&value)) {
            return bind_list(index, *v);
        }
        return duckdb_bind_null(statement_, index);
    }

    duckdb_state bind_list(idx_t index, const std::vector<std::string>& texts) {
        std::vector<duckdb_value> items;
        items.reserve(texts.size() + 1);  // an empty list, too, needs an address
        for (const std::string& text : texts)
            items.push_back(duckdb_create_varchar_length(text.data(), text.size()));
        duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
        duckdb_value list = duckdb_create_list_value(type, items.data(), items.size());
        const duckdb_state state =
            list == nullptr ? DuckDBError : duckdb_bind_value(statement_, index, list);
        duckdb_destroy_value(&list);
        duckdb_destroy_logical_type(&type);
        for (duckdb_value& item : items)
            duckdb_destroy_value(&item);
        return state;
    }

    SessionState& session_;
    duckdb_prepared_statement statement_ = nullptr;
};

/// Starts the statement; rows are made as they are fetched.
Result<std::unique_ptr<QueryResult::Handle>> start(SessionState& session, Prepared& prepared) {
    auto handle = std::make_unique<QueryResult::Handle>(session);
    duckdb_pending_result pending = nullptr;
    if (duckdb_pending_prepared_streaming(prepared.raw(), &pending) == DuckDBError) {
        auto failure = fail_engine(*session.database, duckdb_pending_error(pending));
        duckdb_destroy_pending(&pending);
        return failure;
    }
    const duckdb_state state = duckdb_execute_pending(pending, &handle->result);
    handle->is_open = true;
    duckdb_destroy_pending(&pending);
    if (state == DuckDBError) {
        return fail_engine(*session.database, duckdb_result_error(&handle->result));
    }
    return handle;
}

Result<> read_columns(QueryResult::Handle& handle) {
    const idx_t count = duckdb_column_count(&handle.result);
    for (idx_t i = 0; i < count; ++i) {
        duckdb_logical_type type = duckdb_column_logical_type(&handle.result, i);
        handle.columns.push_back({duckdb_column_name(&handle.result, i), read_type(type)});
        duckdb_destroy_logical_type(&type);
        const ResultColumn& column = handle.columns.back();
        if (column.type.type == Type::kOther) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("column \"{}\" is of type {}: cast it to VARCHAR",
                                    column.name,
                                    column.type.name));
        }
    }
    return {};
}

}  // namespace

Result<> Session::execute(const std::string& sql) {
    const AggregateUse aggregate_use(state_->database->aggregates.get());
    ++state_->statements;
    duckdb_result result{};
    const duckdb_state state = duckdb_query(state_->connection, sql.c_str(), &result);
    Result<> out;
    if (state == DuckDBError) out = fail_engine(*state_->database, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return out;
}

Result<QueryResult> Session::query(const std::string& sql, const std::vector<Value>& values) {
    Prepared prepared(*state_);
    ICE_TRY(prepared.prepare(sql));
    ICE_TRY(prepared.bind(values));
    ICE_ASSIGN(auto handle, start(*state_, prepared));
    ICE_TRY(read_columns(*handle));
    return QueryResult(state_, std::move(handle));
}

Result<std::vector<ResultColumn>> Session::check(const std::string& sql) {
    Prepared prepared(*state_);
    ICE_TRY(prepared.prepare(sql));
    std::vector<ResultColumn> columns;
    const idx_t count = duckdb_prepared_statement_column_count(prepared.raw());
    columns.reserve(count);
    for (idx_t i = 0; i < count; ++i) {
        const OwnedText name(
            const_cast<char*>(duckdb_prepared_statement_column_name(prepared.raw(), i)));
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(prepared.raw(), i);
        columns.push_back({name == nullptr ? "" : name.get(), read_type(type)});
        duckdb_destroy_logical_type(&type);
    }
    return columns;
}

Result<std::string> Session::query_text(const std::string& sql, const std::vector<Value>& values) {
    ICE_ASSIGN(QueryResult result, query(sql, values));
    ICE_ASSIGN(const auto chunk, result.next());
    std::string text;
    if (chunk) append_text(chunk->column(0), 0, text);
    return text;
}

void Session::interrupt() {
    if (state_->database->aggregates) state_->database->aggregates->cancel();
    duckdb_interrupt(state_->connection);
}

namespace {

/// " (at character 14)", from 1, when the parser knows.
std::string place_of(const VectorView& position) {
    if (position.is_null(0)) return "";
    std::size_t offset = 0;
    const auto text = position.bytes(0);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
    return error == std::errc() ? fmt::format(" (at character {})", offset + 1) : "";
}

}  // namespace

Result<std::string> Session::serialize_sql(const std::string& sql) {
    ICE_ASSIGN(QueryResult result,
               query("SELECT t.tree, t.tree ->> 'error', t.tree ->> 'error_message', "
                     "t.tree ->> 'position' "
                     "FROM (SELECT json_serialize_sql($1::VARCHAR) AS tree) t",
                     {sql}));
    ICE_ASSIGN(const auto chunk, result.next());
    if (!chunk) return fail(ErrorCode::kIo, "engine: no syntax tree");
    if (chunk->column(1).bytes(0) != "false") {
        const VectorView message = chunk->column(2);
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("Parser Error: {}{}",
                                message.is_null(0) ? "not a statement" : message.bytes(0),
                                place_of(chunk->column(3))));
    }
    return std::string(chunk->column(0).bytes(0));
}

bool Session::is_broken() const {
    return state_->database->is_broken;
}

}  // namespace icelight::engine
