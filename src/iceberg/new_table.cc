#include "iceberg/new_table.h"

#include <algorithm>
#include <map>
#include <utility>

#include "iceberg/update/metadata_builder_internal.h"

namespace icelight::iceberg {

namespace {

/// Numbers fields level by level: all of a struct before what is inside them.
class IdAssigner {
public:
    void assign(std::vector<Field>& fields) {
        for (auto& field : fields) {
            const auto fresh = ++last_id_;
            fresh_ids_.insert_or_assign(field.id, fresh);
            field.id = fresh;
        }
        for (auto& field : fields)
            assign(field.type.fields);
    }

    /// The new id of an old one, which exists.
    std::int32_t fresh(std::int32_t id) const { return fresh_ids_.at(id); }

private:
    std::int32_t last_id_ = 0;
    std::map<std::int32_t, std::int32_t> fresh_ids_;
};

/// Every source id must be known to exist: an unknown one could become another column's new id.
void assign_ids(NewTable& table) {
    IdAssigner ids;
    ids.assign(table.schema.fields);
    for (auto& id : table.schema.identifier_field_ids)
        id = ids.fresh(id);
    auto remap = [&](std::int32_t& id) {
        id = ids.fresh(id);
    };
    for (auto& field : table.spec.fields) {
        remap(field.source_id);
        field.field_id = kUnassignedFieldId;
    }
    for (auto& field : table.order.fields)
        remap(field.source_id);
    for (auto& order : table.other_orders) {
        for (auto& field : order.fields)
            remap(field.source_id);
    }
}

Result<> check_sources(const NewTable& table) {
    for (const auto& field : table.spec.fields) {
        if (table.schema.find_field(field.source_id) == nullptr) {
            return fail(ErrorCode::kInvalidArgument,
                        "Cannot find source column for partition field: " + field.name);
        }
    }
    ICE_TRY(check_sort_order(table.schema, table.order));
    for (const auto& order : table.other_orders) {
        ICE_TRY(check_sort_order(table.schema, order));
    }
    return {};
}

void put_sort_orders(NewTable& table, TableMetadata& metadata) {
    const bool is_sorted = !table.order.fields.empty();
    // Order 0 is always there: files that are not sorted name it.
    metadata.sort_orders.emplace_back();
    std::int32_t next_id = 1;
    for (auto& order : table.other_orders) {
        next_id = std::max(next_id, order.order_id + 1);
        metadata.sort_orders.push_back(std::move(order));
    }
    metadata.default_sort_order_id = is_sorted ? next_id : 0;
    if (!is_sorted) return;
    table.order.order_id = next_id;
    metadata.sort_orders.push_back(std::move(table.order));
}

}  // namespace

Result<TableMetadata> make_table(NewTable table, TimestampUs now) {
    if (table.format_version < 1 || table.format_version > kFormatVersionMax) {
        return fail(ErrorCode::kInvalidArgument,
                    "unsupported format version " + std::to_string(table.format_version));
    }
    ICE_TRY(check_schema(table.schema));
    ICE_TRY(check_sources(table));
    if (table.field_ids == FieldIds::kAssign) assign_ids(table);
    table.schema.schema_id = 0;
    table.spec.spec_id = 0;
    ICE_TRY(check_spec(table.schema, table.spec));

    TableMetadata metadata;
    metadata.format_version = table.format_version;
    metadata.table_uuid = table.uuid;
    metadata.location = std::move(table.location);
    metadata.last_updated_ms = now / 1'000;
    metadata.last_column_id = table.schema.highest_field_id();
    metadata.current_schema_id = 0;
    metadata.schemas.push_back(std::move(table.schema));
    metadata.last_partition_id = table.spec.highest_field_id();
    for (auto& field : table.spec.fields) {
        if (field.field_id == kUnassignedFieldId) field.field_id = ++metadata.last_partition_id;
    }
    metadata.default_spec_id = 0;
    metadata.partition_specs.push_back(std::move(table.spec));
    put_sort_orders(table, metadata);
    metadata.properties = std::move(table.properties);
    if (metadata.format_version >= 3) metadata.next_row_id = 0;
    ICE_TRY(check_metadata(metadata, ErrorCode::kInvalidArgument));
    return metadata;
}

}  // namespace icelight::iceberg
