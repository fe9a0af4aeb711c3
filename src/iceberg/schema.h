#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "iceberg/type.h"

namespace icelight::iceberg {

struct Schema {
    std::int32_t schema_id = 0;
    std::vector<Field> fields;
    std::vector<std::int32_t> identifier_field_ids;

    bool operator==(const Schema&) const = default;

    /// The field with this id at any depth; nullptr when there is none. O(fields).
    const Field* find_field(std::int32_t id) const;

    /// The same among the columns, the fields of the top level.
    const Field* find_column(std::int32_t id) const;

    /// The field of a dotted name ("location.lat", "tags.element", "m.value"). Names that hold
    /// dots themselves are found too.
    const Field* find_field(std::string_view dotted_name) const;

    /// 0 for an empty schema.
    std::int32_t highest_field_id() const;
};

/// Dotted name of the field with `id`; empty when there is none.
std::string dotted_name(const Schema& schema, std::int32_t id);

/// Holds that field ids are unique and not negative, names unique within their struct and not
/// empty, and identifier fields exist and are primitive.
/// @error kInvalidArgument
Result<> check_schema(const Schema& schema);

/// Same fields and identifier fields, whatever the schema id.
bool is_same_schema(const Schema& left, const Schema& right);

}  // namespace icelight::iceberg
