#include "engine/chunk_writer.h"

#include "engine/duckdb_internal.h"

namespace icelight::engine {

void ChunkWriter::Column::open_validity() {
    auto* vector = static_cast<duckdb_vector>(vector_);
    duckdb_vector_ensure_validity_writable(vector);
    validity_ = duckdb_vector_get_validity(vector);
}

void ChunkAccess::attach(ChunkWriter& writer, duckdb_data_chunk chunk) {
    const idx_t count = duckdb_data_chunk_get_column_count(chunk);
    writer.columns_.assign(count, {});
    for (idx_t i = 0; i < count; ++i) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
        writer.columns_[i].vector_ = vector;
        writer.columns_[i].data_ = duckdb_vector_get_data(vector);
    }
}

}  // namespace icelight::engine
