#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/name_mapping.h"
#include "iceberg/type.h"
#include "query/plan/file_layout.h"

namespace icelight::query {

/// Where a field of the table lies in a file, and what is inside it (spec, "Column Projection").
struct ColumnSource {
    std::int32_t field_id = 0;
    bool is_there = false;
    bool is_partition_value = false;  ///< Not there: a value of the file's partition instead.
    /// The engine, which matches what is inside a column by name, finds the same.
    bool is_alike = true;
    bool is_cast = false;  ///< The file's type is not the table's.
    std::string name;      ///< The engine's.
    /// Of a struct none of whose members is there: one of the file's, with its type, since the
    /// engine reads no struct without members.
    std::string anchor;
    std::vector<ColumnSource> parts;  ///< As the parts of the field's type.

    bool operator==(const ColumnSource&) const = default;
};

/// The sources of the fields, in their order. Fields are found by the file's ids or, in a file that
/// has none, by those that `mapping` gives its names. Elements of lists, keys and values have no
/// other place and are found there, whatever their ids.
///
/// @param mapping  nullptr: the file has ids.
/// @error kUnsupported  two columns are one field, or a column has another shape than the field.
Result<std::vector<ColumnSource>> find_sources(const std::vector<const iceberg::Field*>& fields,
                                               const FileLayout& layout,
                                               const iceberg::NameMapping* mapping);

/// The type as which the engine is to read the column: the table's with the file's names inside.
/// @error kUnsupported  see sql_type_of().
Result<std::string> read_type(const iceberg::Field& field, const ColumnSource& source);

/// What was read as read_type(), `input`, as SQL of the table's type.
/// @error kUnsupported  see sql_type_of().
Result<std::string> table_value(const iceberg::Field& field,
                                const ColumnSource& source,
                                const std::string& input);

}  // namespace icelight::query
