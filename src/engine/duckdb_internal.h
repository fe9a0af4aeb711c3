#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include <duckdb.h>

#include "base/result.h"
#include "engine/aggregate/aggregate_memory.h"
#include "engine/chunk_writer.h"
#include "engine/column_type.h"
#include "engine/session.h"

/// What the files of this module share about the engine's C interface.
namespace icelight::engine {

/// The rows that the writer's table function is to emit; see parquet_writer.cc.
struct Feed;

struct DatabaseState {
    DatabaseState() = default;
    DatabaseState(const DatabaseState&) = delete;
    DatabaseState& operator=(const DatabaseState&) = delete;

    ~DatabaseState() { duckdb_close(&database); }

    /// Null: the database has none. The aggregates point to it: it goes after the database.
    std::unique_ptr<AggregateMemory> aggregates;
    duckdb_database database = nullptr;
    std::atomic<bool> is_broken = false;
    std::mutex writing;  ///< Held by the one Parquet writing.
    // guarded by writing
    bool has_rows_function = false;
    Feed* feed = nullptr;
};

struct SessionState {
    SessionState() = default;
    SessionState(const SessionState&) = delete;
    SessionState& operator=(const SessionState&) = delete;

    ~SessionState() { duckdb_disconnect(&connection); }

    std::shared_ptr<DatabaseState> database;
    duckdb_connection connection = nullptr;
    std::uint64_t statements = 0;  ///< Begun so far: which result is the newest.
};

struct SessionAccess {
    static SessionState& state(Session& session) { return *session.state_; }
};

/// Sets a ChunkWriter onto the engine's chunk.
struct ChunkAccess {
    static void attach(ChunkWriter& writer, duckdb_data_chunk chunk);
    /// The writer's columns are those at `places` of the chunk.
    static void attach(ChunkWriter& writer,
                       duckdb_data_chunk chunk,
                       const std::vector<std::size_t>& places);
};

/// The engine's message as an Error, by its kind; marks the database broken when the kind says so.
tl::unexpected<Error> fail_engine(DatabaseState& database, const char* message);

/// @param type  is read, not taken.
ColumnType read_type(duckdb_logical_type type);

/// The engine's type for a column that is written; the caller destroys it.
duckdb_logical_type make_type(WriteType type);

/// Frees what duckdb_* allocated for a caller.
struct DuckdbFree {
    void operator()(void* memory) const { duckdb_free(memory); }
};

using OwnedText = std::unique_ptr<char, DuckdbFree>;

}  // namespace icelight::engine
