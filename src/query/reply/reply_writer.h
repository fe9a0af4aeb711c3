#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/query_result.h"
#include "query/service.h"

namespace icelight::query {

/// The columns' names; one that came before gets a number: a, a_1.
std::vector<std::string> unique_names(const std::vector<engine::ResultColumn>& columns);

/// Writes a result as the reply's body, into a buffer that its user empties.
///
/// JSON: {"success":true,"data":[{…}],"meta":{"columns":[{"name","type"}],"rowCount":N,
/// "executionTime":ms,"truncated":false,"snapshotId":"…","watermark":W,"durable":P,"tailRows":N,
/// "dataThrough":"…Z","timings":{"waitMs","planMs"},"rowsScanned":N,"bytesScanned":N,"files":N,
/// "filesSkipped":N}}.
/// Names are those of unique_names().
/// NDJSON: a row's object a line, no more.
/// CSV (RFC 4180): a header line, CRLF, NULL is empty, the empty string is "".
class ReplyWriter {
public:
    ReplyWriter(Format format, const std::vector<engine::ResultColumn>& columns);

    void begin(std::string& out) const;

    /// Rows are of this chunk now, which outlives them.
    void begin_chunk(const engine::Chunk& chunk);

    /// @error kInvalidArgument  a value is larger than kValueBytesMax as written.
    Result<> append_row(std::size_t row, std::string& out);

    void end(const ReplyFacts& facts, std::string& out) const;

    std::uint64_t rows() const { return rows_; }

    /// As in the meta of JSON.
    const std::string& columns_json() const { return columns_json_; }

private:
    void append_cell(const engine::VectorView& vector, std::size_t row, std::string& out);

    Format format_;
    std::vector<std::string> names_;
    std::string columns_json_;
    std::vector<engine::VectorView> columns_;  ///< Of the chunk.
    std::vector<std::string> keys_;            ///< JSON: `"name":` of each column.
    std::uint64_t rows_ = 0;
    std::string cell_;
};

}  // namespace icelight::query
