#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "semantic/config/cube_file.h"
#include "semantic/model.h"

namespace icelight::semantic {

/// A statement without rows that fails when what the operator wrote does not fit the tables.
struct Probe {
    std::string sql;
    std::string place;  ///< "cubes.yaml:12: the measure Orders.revenue"
    std::string rows;   ///< A statement whose columns are those that the SQL may name.
    std::optional<ValueType> type{};  ///< Then one row of one column: DuckDB's name of the type.
};

/// Whether a column of the type may be a dimension of it.
bool fits(ValueType type, std::string_view duckdb_type);

struct BuiltModel {
    std::unique_ptr<const Model> model;
    std::vector<Probe> probes;
};

/// The default cubes over the event table, changed and joined by what the files say.
///
/// @param table  SQL name of the event table.
/// @error kInvalidArgument  "file:line: ...": names that are taken or unknown, references in SQL
///                          that lead nowhere or in a circle.
Result<BuiltModel> build_model(const std::string& table, const std::vector<CubeFile>& files);

}  // namespace icelight::semantic
