#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace icelight::query {

inline constexpr std::size_t kSchemaRowsMax = 50'000;
inline constexpr std::size_t kSchemaDepthMax = 128;

/// An element of a Parquet file's schema, as the engine's parquet_schema() lists them: each before
/// its children, the root first.
struct SchemaRow {
    enum class Annotation : std::uint8_t { kNone, kList, kMap, kMapKeyValue };

    std::string name;
    std::string engine_type;     ///< Of a leaf: "BIGINT".
    std::uint64_t children = 0;  ///< 0: a leaf.
    bool is_repeated = false;
    Annotation annotation = Annotation::kNone;
    std::optional<std::int32_t> field_id;
};

/// A column of a Parquet file, or what is inside one, with the shape that the engine (1.5.5) gives
/// it: groups that only make a list or a map are folded into it.
struct FileColumn {
    enum class Kind : std::uint8_t { kLeaf, kStruct, kList, kMap };

    std::string name;
    std::string engine_name;  ///< Where names differ by case alone: "A_1" for the second.
    std::string engine_type;  ///< Of a leaf.
    std::optional<std::int32_t> field_id;
    Kind kind = Kind::kLeaf;
    std::vector<FileColumn> parts;  ///< Members; the element; key and value.
};

/// What columns a Parquet file has.
struct FileLayout {
    std::vector<FileColumn> columns;
    bool has_field_ids = false;  ///< At least one: a name mapping is then none of its business.
};

/// @error kCorruption  the rows do not make a tree, or one deeper than kSchemaDepthMax.
Result<FileLayout> make_file_layout(std::span<const SchemaRow> rows);

/// The column's whole type as SQL, with its own names.
std::string engine_type_of(const FileColumn& column);

}  // namespace icelight::query
