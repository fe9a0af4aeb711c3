#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/chunk_writer.h"
#include "engine/session.h"

namespace icelight::engine {

struct ScanColumn {
    std::string name;
    WriteType type = WriteType::kText;
};

/// One reading of a ScanTable.
class ScanPass {
public:
    virtual ~ScanPass() = default;
    ScanPass() = default;
    ScanPass(const ScanPass&) = delete;
    ScanPass& operator=(const ScanPass&) = delete;

    /// Rows that no other source of this pass gives, with the columns that were asked for, in that
    /// order. Called from any thread; each source is used by one, several at a time.
    virtual std::unique_ptr<RowSource> open() = 0;
};

/// Rows outside of the engine that SQL reads through a table function, and only the columns that a
/// statement uses.
///
/// Lifetime: texts stay where they are until the statement's result is destroyed.
class ScanTable {
public:
    virtual ~ScanTable() = default;
    ScanTable() = default;
    ScanTable(const ScanTable&) = delete;
    ScanTable& operator=(const ScanTable&) = delete;

    /// For the planner. Called from any thread.
    virtual std::uint64_t row_count() const = 0;

    /// @param columns  indexes of the columns to read; none when only rows are counted.
    virtual std::unique_ptr<ScanPass> start(std::vector<std::size_t> columns) = 0;
};

/// Makes `SELECT ... FROM name()` read `table`, in every session of the session's database.
///
/// @error kIo  the engine does not take the function.
/// Lifetime: the table lives as long as the database.
Result<> register_scan(Session& session,
                       const std::string& name,
                       std::vector<ScanColumn> columns,
                       std::shared_ptr<ScanTable> table);

}  // namespace icelight::engine
