#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/chunk_writer.h"
#include "engine/session.h"

namespace icelight::engine {

/// Adds rows to an existing table, a chunk at a time.
///
/// Rows become visible to queries with flush(). About 5 us a row and 0.7 ms a flush: gather rows
/// first. Thread safety: none; uses its session's connection, so not while that runs a query.
/// Lifetime: rows that were not flushed are dropped with it.
class Appender {
public:
    /// @param table    as SQL would name it, without quotes; in the default schema.
    /// @param columns  the types of the table's columns, all of them, in their order.
    /// @error kInvalidArgument  no such table, or other columns.
    static Result<Appender> open(Session& session,
                                 const std::string& table,
                                 const std::vector<WriteType>& columns);

    Appender(Appender&&) noexcept;
    Appender& operator=(Appender&&) noexcept;
    ~Appender();

    /// The chunk to fill, empty after open() and append_chunk().
    ChunkWriter& chunk();

    /// Takes rows 0 .. row_count-1 of chunk(), copying texts: they may go afterwards.
    Result<> append_chunk(std::size_t row_count);

    /// Makes everything appended visible. After an error the rows since the last flush are gone.
    Result<> flush();

private:
    struct State;

    explicit Appender(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace icelight::engine
