#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/query_result.h"

namespace icelight::engine {

/// Writes a result as an Arrow IPC stream (Arrow columnar format, "IPC Streaming Format"): the
/// schema, a record batch for each chunk, the end marker.
///
/// Types are the engine's own mapping: DECIMAL and HUGEINT are decimal128, TIMESTAMPTZ is
/// timestamp[us, UTC], JSON and UUID are strings, BLOB is binary, MAP is map. Buffers are not
/// compressed. Thread safety: none. Lifetime: the result outlives it.
class ArrowStream {
public:
    /// Appends the schema to `out`.
    ///
    /// @param names  of the columns, as many as the result has.
    /// @error kInvalidArgument  a type has no form here (ENUM, UHUGEINT, TIME WITH TIME ZONE); the
    ///   message names the column.
    static Result<ArrowStream> open(const QueryResult& result,
                                    const std::vector<std::string>& names,
                                    std::string& out);
    ArrowStream(ArrowStream&&) noexcept;
    ArrowStream& operator=(ArrowStream&&) noexcept;
    ~ArrowStream();

    /// Appends a record batch. @error kInvalidArgument  the batch is too large for the format.
    Result<> append(const Chunk& chunk, std::string& out);

    void finish(std::string& out);

private:
    struct State;
    explicit ArrowStream(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace icelight::engine
