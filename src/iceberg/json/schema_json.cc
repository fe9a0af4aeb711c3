#include "iceberg/json/schema_json.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "iceberg/json/json_parts_internal.h"

namespace icelight::iceberg {

namespace {

json::value type_value(const Type& type);

json::object field_object(const Field& field) {
    json::object object{{"id", field.id},
                        {"name", field.name},
                        {"required", field.is_required},
                        {"type", type_value(field.type)}};
    if (!field.doc.empty()) object["doc"] = field.doc;
    if (!field.initial_default.empty()) {
        object["initial-default"] = kept_json(field.initial_default);
    }
    if (!field.write_default.empty()) object["write-default"] = kept_json(field.write_default);
    return object;
}

json::array field_array(const std::vector<Field>& fields) {
    json::array out;
    for (const auto& field : fields)
        out.push_back(field_object(field));
    return out;
}

json::value type_value(const Type& type) {
    switch (type.kind) {
        case TypeKind::kStruct:
            return json::object{{"type", "struct"}, {"fields", field_array(type.fields)}};
        case TypeKind::kList: {
            const auto& element = type.fields.at(0);
            return json::object{{"type", "list"},
                                {"element-id", element.id},
                                {"element-required", element.is_required},
                                {"element", type_value(element.type)}};
        }
        case TypeKind::kMap: {
            const auto& key = type.fields.at(0);
            const auto& value = type.fields.at(1);
            return json::object{{"type", "map"},
                                {"key-id", key.id},
                                {"key", type_value(key.type)},
                                {"value-id", value.id},
                                {"value-required", value.is_required},
                                {"value", type_value(value.type)}};
        }
        default:
            return json::string(type_text(type));
    }
}

std::vector<Field> read_fields(const JsonObject& object);

/// The type in member `key`: a name, or an object for nested types.
Type read_type(const JsonObject& object, std::string_view key) {
    const auto* value = object.find(key);
    if (value != nullptr && value->is_string()) {
        auto type = parse_primitive_type(object.text(key));
        if (type) return *type;
        object.errors().fail(key, type.error().message);
        return {};
    }
    Type type;
    object.inside(key, [&](const JsonObject& nested) {
        const auto kind = nested.text("type");
        if (kind == "struct") {
            type.kind = TypeKind::kStruct;
            type.fields = read_fields(nested);
        } else if (kind == "list") {
            type.kind = TypeKind::kList;
            type.fields.push_back({.id = nested.int32("element-id"),
                                   .name = "element",
                                   .is_required = nested.boolean("element-required"),
                                   .type = read_type(nested, "element")});
        } else if (kind == "map") {
            type.kind = TypeKind::kMap;
            type.fields.push_back({.id = nested.int32("key-id"),
                                   .name = "key",
                                   .is_required = true,
                                   .type = read_type(nested, "key")});
            type.fields.push_back({.id = nested.int32("value-id"),
                                   .name = "value",
                                   .is_required = nested.boolean("value-required"),
                                   .type = read_type(nested, "value")});
        } else {
            nested.errors().fail("type", "is not struct, list or map");
        }
    });
    return type;
}

std::vector<Field> read_fields(const JsonObject& object) {
    std::vector<Field> fields;
    object.each("fields", [&](const JsonObject& member) {
        Field field;
        field.id = member.int32("id");
        field.name = member.text("name");
        field.is_required = member.boolean("required");
        field.type = read_type(member, "type");
        field.doc = member.find_text("doc").value_or("");
        if (const auto* value = member.find("initial-default")) {
            field.initial_default = json::serialize(*value);
        }
        if (const auto* value = member.find("write-default")) {
            field.write_default = json::serialize(*value);
        }
        fields.push_back(std::move(field));
    });
    return fields;
}

Transform read_transform(const JsonObject& object) {
    auto transform = parse_transform(object.text("transform"));
    if (transform) return *transform;
    object.errors().fail("transform", transform.error().message);
    return {};
}

/// A one-element "source-ids" (v3) is a "source-id".
std::int32_t read_source_id(const JsonObject& object) {
    if (object.find("source-id") == nullptr && object.find("source-ids") != nullptr) {
        const auto ids = object.int32s("source-ids");
        if (ids.size() == 1) return ids.front();
        object.errors().fail_as(ErrorCode::kUnsupported, "transforms of several columns");
    }
    return object.int32("source-id");
}

}  // namespace

json::object schema_object(const Schema& schema) {
    json::object object{{"type", "struct"},
                        {"schema-id", schema.schema_id},
                        {"fields", field_array(schema.fields)}};
    if (!schema.identifier_field_ids.empty()) {
        object["identifier-field-ids"] = json::value_from(schema.identifier_field_ids);
    }
    return object;
}

Schema read_schema(const JsonObject& object) {
    Schema schema;
    schema.schema_id = object.find_int32("schema-id").value_or(0);
    schema.fields = read_fields(object);
    schema.identifier_field_ids = object.int32s("identifier-field-ids");
    return schema;
}

json::array partition_field_array(const PartitionSpec& spec) {
    json::array fields;
    for (const auto& field : spec.fields) {
        json::object object{{"source-id", field.source_id}};
        if (field.field_id != kUnassignedFieldId) object["field-id"] = field.field_id;
        object["name"] = field.name;
        object["transform"] = transform_text(field.transform);
        fields.push_back(std::move(object));
    }
    return fields;
}

json::object partition_spec_object(const PartitionSpec& spec) {
    return {{"spec-id", spec.spec_id}, {"fields", partition_field_array(spec)}};
}

void read_partition_field(const JsonObject& object, PartitionSpec& spec) {
    PartitionField field;
    field.source_id = read_source_id(object);
    field.field_id = object.find_int32("field-id").value_or(kUnassignedFieldId);
    field.name = object.text("name");
    field.transform = read_transform(object);
    spec.fields.push_back(std::move(field));
}

PartitionSpec read_partition_spec(const JsonObject& object) {
    PartitionSpec spec;
    spec.spec_id = object.find_int32("spec-id").value_or(0);
    object.each("fields", [&](const JsonObject& field) { read_partition_field(field, spec); });
    return spec;
}

json::object sort_order_object(const SortOrder& order) {
    json::array fields;
    for (const auto& field : order.fields) {
        const bool is_ascending = field.direction == SortDirection::kAscending;
        const bool is_nulls_first = field.null_order == NullOrder::kFirst;
        fields.push_back(
            json::object{{"transform", transform_text(field.transform)},
                         {"source-id", field.source_id},
                         {"direction", is_ascending ? "asc" : "desc"},
                         {"null-order", is_nulls_first ? "nulls-first" : "nulls-last"}});
    }
    return {{"order-id", order.order_id}, {"fields", std::move(fields)}};
}

SortOrder read_sort_order(const JsonObject& object) {
    SortOrder order;
    order.order_id = object.find_int32("order-id").value_or(0);
    object.each("fields", [&](const JsonObject& member) {
        SortField field;
        field.transform = read_transform(member);
        field.source_id = read_source_id(member);
        const auto direction = member.text("direction");
        const auto null_order = member.text("null-order");
        if (direction != "asc" && direction != "desc") {
            member.errors().fail("direction", "is neither asc nor desc");
        }
        if (null_order != "nulls-first" && null_order != "nulls-last") {
            member.errors().fail("null-order", "is neither nulls-first nor nulls-last");
        }
        field.direction =
            direction == "desc" ? SortDirection::kDescending : SortDirection::kAscending;
        field.null_order = null_order == "nulls-last" ? NullOrder::kLast : NullOrder::kFirst;
        order.fields.push_back(std::move(field));
    });
    return order;
}

std::string encode_schema_json(const Schema& schema) {
    return json::serialize(schema_object(schema));
}

Result<Schema> parse_schema_json(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_schema);
}

std::string encode_partition_spec_json(const PartitionSpec& spec) {
    return json::serialize(partition_spec_object(spec));
}

Result<PartitionSpec> parse_partition_spec_json(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_partition_spec);
}

std::string encode_sort_order_json(const SortOrder& order) {
    return json::serialize(sort_order_object(order));
}

Result<SortOrder> parse_sort_order_json(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_sort_order);
}

}  // namespace icelight::iceberg
