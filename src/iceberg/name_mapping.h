#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace icelight::iceberg {

/// The table property that holds one.
inline constexpr std::string_view kNameMappingProperty = "schema.name-mapping.default";
inline constexpr std::size_t kNameMappingBytesMax = 4u << 20;

struct MappedField;

/// Field ids for columns of files that hold none, by the columns' names (spec, "Column Projection",
/// "Name Mapping Serialization"): of one level; those inside a column are in its MappedField.
///
/// A list's element is named "element", a map's parts "key" and "value", whatever the file calls
/// them. Names are told apart by case, and a dot in one is a dot.
class NameMapping {
public:
    /// nullptr: no field has this name. O(log names).
    const MappedField* find(std::string_view name) const;

    /// @return false when one of the names is another field's.
    bool add(MappedField field, const std::vector<std::string>& names);

private:
    std::vector<MappedField> fields_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

struct MappedField {
    std::optional<std::int32_t> field_id;  ///< Empty: not a field of the table.
    NameMapping inside;
};

/// @error kCorruption  not as the spec has it, or longer than kNameMappingBytesMax; names the
/// place.
Result<NameMapping> parse_name_mapping(std::string_view text);

}  // namespace icelight::iceberg
