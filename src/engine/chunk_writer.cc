#include "engine/chunk_writer.h"

#include <numeric>

#include "engine/duckdb_internal.h"

namespace icelight::engine {

void ChunkWriter::Column::open_validity() {
    auto* vector = static_cast<duckdb_vector>(vector_);
    duckdb_vector_ensure_validity_writable(vector);
    validity_ = duckdb_vector_get_validity(vector);
}

void ChunkAccess::attach(ChunkWriter& writer, duckdb_data_chunk chunk) {
    std::vector<std::size_t> places(duckdb_data_chunk_get_column_count(chunk));
    std::iota(places.begin(), places.end(), 0);
    attach(writer, chunk, places);
}

void ChunkAccess::attach(ChunkWriter& writer,
                         duckdb_data_chunk chunk,
                         const std::vector<std::size_t>& places) {
    writer.columns_.assign(places.size(), {});
    for (std::size_t i = 0; i < places.size(); ++i) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, places[i]);
        writer.columns_[i].vector_ = vector;
        writer.columns_[i].data_ = duckdb_vector_get_data(vector);
    }
}

}  // namespace icelight::engine
