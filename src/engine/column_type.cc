#include "engine/column_type.h"

#include <array>
#include <cctype>
#include <string_view>

#include "engine/duckdb_internal.h"
#include "engine/sql_text.h"

namespace icelight::engine {
namespace {

struct PlainType {
    duckdb_type id;
    Type type;
    std::string_view name;
};

constexpr std::array kPlainTypes{
    PlainType{DUCKDB_TYPE_SQLNULL, Type::kNull, "\"NULL\""},
    PlainType{DUCKDB_TYPE_BOOLEAN, Type::kBoolean, "BOOLEAN"},
    PlainType{DUCKDB_TYPE_TINYINT, Type::kInt8, "TINYINT"},
    PlainType{DUCKDB_TYPE_SMALLINT, Type::kInt16, "SMALLINT"},
    PlainType{DUCKDB_TYPE_INTEGER, Type::kInt32, "INTEGER"},
    PlainType{DUCKDB_TYPE_BIGINT, Type::kInt64, "BIGINT"},
    PlainType{DUCKDB_TYPE_UTINYINT, Type::kUInt8, "UTINYINT"},
    PlainType{DUCKDB_TYPE_USMALLINT, Type::kUInt16, "USMALLINT"},
    PlainType{DUCKDB_TYPE_UINTEGER, Type::kUInt32, "UINTEGER"},
    PlainType{DUCKDB_TYPE_UBIGINT, Type::kUInt64, "UBIGINT"},
    PlainType{DUCKDB_TYPE_HUGEINT, Type::kHugeInt, "HUGEINT"},
    PlainType{DUCKDB_TYPE_UHUGEINT, Type::kUHugeInt, "UHUGEINT"},
    PlainType{DUCKDB_TYPE_FLOAT, Type::kFloat, "FLOAT"},
    PlainType{DUCKDB_TYPE_DOUBLE, Type::kDouble, "DOUBLE"},
    PlainType{DUCKDB_TYPE_VARCHAR, Type::kVarchar, "VARCHAR"},
    PlainType{DUCKDB_TYPE_BLOB, Type::kBlob, "BLOB"},
    PlainType{DUCKDB_TYPE_DATE, Type::kDate, "DATE"},
    PlainType{DUCKDB_TYPE_TIME, Type::kTime, "TIME"},
    PlainType{DUCKDB_TYPE_TIME_NS, Type::kTimeNs, "TIME_NS"},
    PlainType{DUCKDB_TYPE_TIME_TZ, Type::kTimeTz, "TIME WITH TIME ZONE"},
    PlainType{DUCKDB_TYPE_TIMESTAMP_S, Type::kTimestampS, "TIMESTAMP_S"},
    PlainType{DUCKDB_TYPE_TIMESTAMP_MS, Type::kTimestampMs, "TIMESTAMP_MS"},
    PlainType{DUCKDB_TYPE_TIMESTAMP, Type::kTimestamp, "TIMESTAMP"},
    PlainType{DUCKDB_TYPE_TIMESTAMP_NS, Type::kTimestampNs, "TIMESTAMP_NS"},
    PlainType{DUCKDB_TYPE_TIMESTAMP_TZ, Type::kTimestampTz, "TIMESTAMP WITH TIME ZONE"},
    PlainType{DUCKDB_TYPE_INTERVAL, Type::kInterval, "INTERVAL"},
    PlainType{DUCKDB_TYPE_UUID, Type::kUuid, "UUID"},
    PlainType{DUCKDB_TYPE_BIT, Type::kBit, "BIT"},
    PlainType{DUCKDB_TYPE_BIGNUM, Type::kOther, "BIGNUM"},
    PlainType{DUCKDB_TYPE_GEOMETRY, Type::kOther, "GEOMETRY"},
    PlainType{DUCKDB_TYPE_VARIANT, Type::kOther, "VARIANT"},
};

PlainType find_plain_type(duckdb_type id) {
    for (const PlainType& row : kPlainTypes)
        if (row.id == id) return row;
    return {id, Type::kOther, "UNKNOWN"};
}

/// Takes `type`.
ColumnType read_owned_type(duckdb_logical_type type) {
    ColumnType out = read_type(type);
    duckdb_destroy_logical_type(&type);
    return out;
}

std::string member_text(const std::string& name, const ColumnType& type) {
    bool is_plain = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0;
    for (const char c : name) {
        is_plain = is_plain && (std::islower(static_cast<unsigned char>(c)) != 0 ||
                                std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '_');
    }
    return (is_plain ? name : quote_identifier(name)) + " " + type.name;
}

void read_decimal(duckdb_logical_type type, ColumnType& out) {
    out.type = Type::kDecimal;
    out.scale = duckdb_decimal_scale(type);
    out.storage = find_plain_type(duckdb_decimal_internal_type(type)).type;
    out.name = "DECIMAL(" + std::to_string(duckdb_decimal_width(type)) + "," +
               std::to_string(out.scale) + ")";
}

void read_enum(duckdb_logical_type type, ColumnType& out) {
    out.type = Type::kEnum;
    out.storage = find_plain_type(duckdb_enum_internal_type(type)).type;
    out.name = "ENUM(";
    const std::uint32_t count = duckdb_enum_dictionary_size(type);
    for (std::uint32_t i = 0; i < count; ++i) {
        const OwnedText label(duckdb_enum_dictionary_value(type, i));
        out.labels.emplace_back(label.get());
        out.name += (i == 0 ? "" : ", ") + quote_literal(out.labels.back());
    }
    out.name += ")";
}

void read_struct(duckdb_logical_type type, ColumnType& out) {
    out.type = Type::kStruct;
    out.name = "STRUCT(";
    const idx_t count = duckdb_struct_type_child_count(type);
    for (idx_t i = 0; i < count; ++i) {
        const OwnedText label(duckdb_struct_type_child_name(type, i));
        out.labels.emplace_back(label.get());
        out.children.push_back(read_owned_type(duckdb_struct_type_child_type(type, i)));
        const ColumnType& member = out.children.back();
        const bool is_unnamed = out.labels.back().empty();
        out.name += (i == 0 ? "" : ", ");
        out.name += is_unnamed ? member.name : member_text(out.labels.back(), member);
    }
    out.name += ")";
}

void read_union(duckdb_logical_type type, ColumnType& out) {
    out.type = Type::kUnion;
    out.name = "UNION(";
    ColumnType tag;
    tag.type = Type::kUInt8;
    tag.name = "UTINYINT";
    out.children.push_back(tag);
    const idx_t count = duckdb_union_type_member_count(type);
    for (idx_t i = 0; i < count; ++i) {
        const OwnedText label(duckdb_union_type_member_name(type, i));
        out.labels.emplace_back(label.get());
        out.children.push_back(read_owned_type(duckdb_union_type_member_type(type, i)));
        out.name += (i == 0 ? "" : ", ") + member_text(out.labels.back(), out.children.back());
    }
    out.name += ")";
}

void read_elements(duckdb_logical_type type, duckdb_type id, ColumnType& out) {
    if (id == DUCKDB_TYPE_LIST) {
        out.type = Type::kList;
        out.children.push_back(read_owned_type(duckdb_list_type_child_type(type)));
        out.name = out.children[0].name + "[]";
    } else if (id == DUCKDB_TYPE_ARRAY) {
        out.type = Type::kArray;
        out.array_size = duckdb_array_type_array_size(type);
        out.children.push_back(read_owned_type(duckdb_array_type_child_type(type)));
        out.name = out.children[0].name + "[" + std::to_string(out.array_size) + "]";
    } else {
        out.type = Type::kMap;
        out.children.push_back(read_owned_type(duckdb_map_type_key_type(type)));
        out.children.push_back(read_owned_type(duckdb_map_type_value_type(type)));
        out.name = "MAP(" + out.children[0].name + ", " + out.children[1].name + ")";
    }
}

bool has_other(const ColumnType& type) {
    for (const ColumnType& child : type.children)
        if (child.type == Type::kOther) return true;
    return false;
}

}  // namespace

ColumnType read_type(duckdb_logical_type type) {
    ColumnType out;
    const duckdb_type id = duckdb_get_type_id(type);
    switch (id) {
        case DUCKDB_TYPE_DECIMAL:
            read_decimal(type, out);
            break;
        case DUCKDB_TYPE_ENUM:
            read_enum(type, out);
            break;
        case DUCKDB_TYPE_STRUCT:
            read_struct(type, out);
            break;
        case DUCKDB_TYPE_UNION:
            read_union(type, out);
            break;
        case DUCKDB_TYPE_LIST:
        case DUCKDB_TYPE_ARRAY:
        case DUCKDB_TYPE_MAP:
            read_elements(type, id, out);
            break;
        default: {
            const PlainType plain = find_plain_type(id);
            out.type = plain.type;
            out.name = plain.name;
        }
    }
    // A type with a part that cannot be read cannot be read.
    if (has_other(out)) out.type = Type::kOther;
    const OwnedText alias(duckdb_logical_type_get_alias(type));
    if (alias != nullptr && alias.get()[0] != '\0') out.name = alias.get();
    return out;
}

duckdb_logical_type make_type(WriteType type) {
    switch (type) {
        case WriteType::kText:
            return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
        case WriteType::kBlob:
            return duckdb_create_logical_type(DUCKDB_TYPE_BLOB);
        case WriteType::kTimestampTz:
            return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ);
        case WriteType::kInt64:
            return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
        case WriteType::kInt32:
            return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
        case WriteType::kDouble:
            return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
        case WriteType::kBoolean:
            return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    }
    die(__FILE__, __LINE__, "WriteType", "not a type");
}

}  // namespace icelight::engine
