#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace icelight::semantic {

/// A value for $1, $2, ... of a statement; independent of any engine.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// What a member's values are.
enum class ValueType : std::uint8_t { kString, kNumber, kBoolean, kTime };

/// "string", "number", "boolean" or "time".
std::string_view value_type_name(ValueType type);

enum class ColumnRole : std::uint8_t { kDimension, kTimeDimension, kMeasure, kOther };

/// A column of the result, in the order of the statement.
struct Column {
    std::string name;  ///< As in the result: "Events.count", "Events.timestamp.day".
    ColumnRole role = ColumnRole::kOther;
    ValueType type = ValueType::kString;
};

/// One statement, ready to run.
///
/// Invariant: `sql` holds names of the model, numbers and times that we wrote, and $1 ... $n; what
/// a stranger wrote is in `values` only.
struct Compiled {
    std::string sql;
    std::vector<Value> values;
    std::vector<Column> columns;
};

}  // namespace icelight::semantic
