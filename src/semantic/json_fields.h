#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "semantic/compiled.h"

namespace icelight::semantic {

/// A dimension that is read out of one of the JSON columns.
struct JsonField {
    std::string column;  ///< "properties", "traits" or "context".
    std::string name;    ///< Of the dimension: "screenName".
    std::string title;   ///< Empty: made from the name.
    std::string path;    ///< "$.screen_name"
    ValueType type = ValueType::kString;
    bool is_shown = true;
};

/// The fields of the default cube, which a configuration adds to or replaces.
std::vector<JsonField> default_json_fields();

/// `fields` after `base`; one of the same name takes the place of the earlier one.
std::vector<JsonField> merge_json_fields(std::vector<JsonField> base,
                                         const std::vector<JsonField>& fields);

/// Whether `path` is "$" followed by ".name" and "[index]" steps, so that it may stand in SQL.
bool is_json_path(std::string_view path);

/// `alias`.column's value at the path: VARCHAR, DOUBLE or BOOLEAN; NULL when it is none.
std::string json_field_sql(std::string_view alias, const JsonField& field);

/// "screenName" → "Screen Name"
std::string make_title(std::string_view name);

}  // namespace icelight::semantic
