#include "engine/query_result.h"

#include <utility>

#include "engine/duckdb_internal.h"
#include "engine/query_internal.h"

namespace icelight::engine {

static_assert(sizeof(duckdb_string_t) == 16 && offsetof(duckdb_string_t, value.pointer.ptr) == 8,
              "VectorView::bytes and ChunkWriter::set_text know the layout");
static_assert(sizeof(duckdb_list_entry) == sizeof(ListEntry));
static_assert(sizeof(duckdb_hugeint) == sizeof(HugeInt) && offsetof(duckdb_hugeint, upper) == 8);
static_assert(sizeof(duckdb_interval) == sizeof(Interval));

VectorView::VectorView(void* vector, const ColumnType& type)
    : vector_(vector),
      type_(&type),
      data_(duckdb_vector_get_data(static_cast<duckdb_vector>(vector))),
      validity_(duckdb_vector_get_validity(static_cast<duckdb_vector>(vector))) {}

std::int64_t VectorView::integer(std::size_t row) const {
    switch (type_->type) {
        case Type::kBoolean:
        case Type::kUInt8:
            return value<std::uint8_t>(row);
        case Type::kInt8:
            return value<std::int8_t>(row);
        case Type::kInt16:
            return value<std::int16_t>(row);
        case Type::kUInt16:
            return value<std::uint16_t>(row);
        case Type::kInt32:
        case Type::kDate:
            return value<std::int32_t>(row);
        case Type::kUInt32:
            return value<std::uint32_t>(row);
        default:
            return value<std::int64_t>(row);
    }
}

double VectorView::real(std::size_t row) const {
    return type_->type == Type::kFloat ? static_cast<double>(value<float>(row))
                                       : value<double>(row);
}

ListEntry VectorView::list(std::size_t row) const {
    if (type_->type == Type::kArray) return {row * type_->array_size, type_->array_size};
    return value<ListEntry>(row);
}

VectorView VectorView::child(std::size_t index) const {
    auto* vector = static_cast<duckdb_vector>(vector_);
    const ColumnType& type = type_->children.at(index);
    switch (type_->type) {
        case Type::kList:
            return {duckdb_list_vector_get_child(vector), type};
        case Type::kArray:
            return {duckdb_array_vector_get_child(vector), type};
        case Type::kMap:  // a list of structs {key, value}
            return {duckdb_struct_vector_get_child(duckdb_list_vector_get_child(vector), index),
                    type};
        default:
            return {duckdb_struct_vector_get_child(vector, index), type};
    }
}

Chunk::Chunk(void* chunk, const std::vector<ResultColumn>* columns)
    : chunk_(chunk),
      columns_(columns),
      row_count_(duckdb_data_chunk_get_size(static_cast<duckdb_data_chunk>(chunk))) {}

Chunk::Chunk(Chunk&& other) noexcept
    : chunk_(std::exchange(other.chunk_, nullptr)),
      columns_(other.columns_),
      row_count_(other.row_count_) {}

Chunk& Chunk::operator=(Chunk&& other) noexcept {
    std::swap(chunk_, other.chunk_);
    std::swap(columns_, other.columns_);
    std::swap(row_count_, other.row_count_);
    return *this;
}

Chunk::~Chunk() {
    auto* chunk = static_cast<duckdb_data_chunk>(chunk_);
    if (chunk != nullptr) duckdb_destroy_data_chunk(&chunk);
}

VectorView Chunk::column(std::size_t index) const {
    auto* chunk = static_cast<duckdb_data_chunk>(chunk_);
    return {duckdb_data_chunk_get_vector(chunk, index), columns_->at(index).type};
}

QueryResult::QueryResult(std::shared_ptr<SessionState> session, std::unique_ptr<Handle> handle)
    : session_(std::move(session)), handle_(std::move(handle)) {}

QueryResult::QueryResult(QueryResult&&) noexcept = default;
QueryResult::~QueryResult() = default;

QueryResult& QueryResult::operator=(QueryResult&& other) noexcept {
    // The rows go before the session that makes them.
    handle_ = std::move(other.handle_);
    session_ = std::move(other.session_);
    return *this;
}

const std::vector<ResultColumn>& QueryResult::columns() const {
    return handle_->columns;
}

Result<std::optional<Chunk>> QueryResult::next() {
    while (!handle_->is_at_end) {
        duckdb_data_chunk raw = duckdb_fetch_chunk(handle_->result);
        if (raw != nullptr) {
            Chunk chunk(raw, &handle_->columns);
            if (chunk.row_count() > 0) return std::optional<Chunk>(std::move(chunk));
            continue;
        }
        handle_->is_at_end = true;
        const char* error = duckdb_result_error(&handle_->result);
        if (error != nullptr && error[0] != '\0') return fail_engine(*session_->database, error);
    }
    return std::optional<Chunk>();
}

}  // namespace icelight::engine
