#include <algorithm>
#include <set>

#include "iceberg/update/metadata_builder_internal.h"

namespace icelight::iceberg {

namespace {

tl::unexpected<Error> refused(std::string why) {
    return fail(ErrorCode::kInvalidArgument, std::move(why));
}

template <class T, class Member>
std::int32_t next_id(const std::vector<T>& items, Member member, std::int32_t first) {
    std::int32_t next = first;
    for (const auto& item : items)
        next = std::max(next, item.*member + 1);
    return next;
}

/// The id that the same source and transform have in a spec the table knows: they keep it over the
/// table's life.
std::int32_t find_field_id(const std::vector<PartitionSpec>& specs, const PartitionField& field) {
    for (const auto& spec : specs) {
        for (const auto& known : spec.fields) {
            const bool is_same =
                known.source_id == field.source_id && known.transform == field.transform;
            if (is_same) return known.field_id;
        }
    }
    return kUnassignedFieldId;
}

}  // namespace

Result<> check_spec(const Schema& schema, const PartitionSpec& spec) {
    ICE_TRY(partition_fields(schema, spec));
    std::set<std::string_view> names;
    for (const auto& field : spec.fields) {
        if (field.name.empty()) return refused("Cannot use empty partition name");
        if (!names.insert(field.name).second) {
            return refused("Cannot use partition name more than once: " + field.name);
        }
        const auto* column = schema.find_field(field.name);
        if (column != nullptr && column->id != field.source_id) {
            return refused("Cannot create partition from name that exists in schema: " +
                           field.name);
        }
    }
    return {};
}

Result<> check_sort_order(const Schema& schema, const SortOrder& order) {
    for (const auto& field : order.fields) {
        const auto* source = schema.find_field(field.source_id);
        if (source == nullptr) {
            return refused("Cannot find source column for sort field with id " +
                           std::to_string(field.source_id));
        }
        ICE_TRY(transform_result_type(field.transform, source->type));
    }
    return {};
}

/// What specs and orders are bound to: clients that create tables add them before they set the
/// current schema.
const Schema* MetadataBuilder::binding_schema() const {
    const auto* current = metadata_.current_schema();
    if (current != nullptr || !added_schema_id_) return current;
    return metadata_.find_schema(*added_schema_id_);
}

Result<> MetadataBuilder::operator()(const AddSchema& update) {
    ICE_TRY(check_schema(update.schema));
    metadata_.last_column_id = std::max(metadata_.last_column_id, update.schema.highest_field_id());
    for (const auto& schema : metadata_.schemas) {
        if (is_same_schema(schema, update.schema)) {
            added_schema_id_ = schema.schema_id;
            return {};
        }
    }
    auto schema = update.schema;
    schema.schema_id = next_id(metadata_.schemas, &Schema::schema_id, 0);
    added_schema_id_ = schema.schema_id;
    metadata_.schemas.push_back(std::move(schema));
    return {};
}

Result<> MetadataBuilder::operator()(const SetCurrentSchema& update) {
    auto id = update.schema_id;
    if (id == kLastAdded) {
        if (!added_schema_id_) {
            return refused("Cannot set last added schema: no schema has been added");
        }
        id = *added_schema_id_;
    }
    if (metadata_.find_schema(id) == nullptr) {
        return refused("Cannot set current schema to unknown schema: " + std::to_string(id));
    }
    metadata_.current_schema_id = id;
    return {};
}

void MetadataBuilder::assign_field_ids(PartitionSpec& spec) {
    for (auto& field : spec.fields) {
        if (field.field_id != kUnassignedFieldId) continue;
        field.field_id = find_field_id(metadata_.partition_specs, field);
        if (field.field_id == kUnassignedFieldId) field.field_id = ++metadata_.last_partition_id;
    }
    metadata_.last_partition_id = std::max(metadata_.last_partition_id, spec.highest_field_id());
}

Result<> MetadataBuilder::operator()(const AddPartitionSpec& update) {
    const auto* schema = binding_schema();
    if (schema == nullptr) return refused("Cannot add partition spec: no schema has been added");
    ICE_TRY(check_spec(*schema, update.spec));
    for (const auto& spec : metadata_.partition_specs) {
        if (is_compatible_spec(spec, update.spec)) {
            added_spec_id_ = spec.spec_id;
            return {};
        }
    }
    auto spec = update.spec;
    spec.spec_id = next_id(metadata_.partition_specs, &PartitionSpec::spec_id, 0);
    assign_field_ids(spec);
    added_spec_id_ = spec.spec_id;
    metadata_.partition_specs.push_back(std::move(spec));
    return {};
}

Result<> MetadataBuilder::operator()(const SetDefaultSpec& update) {
    auto id = update.spec_id;
    if (id == kLastAdded) {
        if (!added_spec_id_) return refused("Cannot set last added spec: no spec has been added");
        id = *added_spec_id_;
    }
    if (metadata_.find_spec(id) == nullptr) {
        return refused("Cannot set default partition spec to unknown spec: " + std::to_string(id));
    }
    metadata_.default_spec_id = id;
    return {};
}

Result<> MetadataBuilder::operator()(const AddSortOrder& update) {
    const auto* schema = binding_schema();
    if (schema == nullptr) return refused("Cannot add sort order: no schema has been added");
    ICE_TRY(check_sort_order(*schema, update.order));
    for (const auto& order : metadata_.sort_orders) {
        if (order.fields == update.order.fields) {
            added_order_id_ = order.order_id;
            return {};
        }
    }
    auto order = update.order;
    order.order_id =
        order.fields.empty() ? 0 : next_id(metadata_.sort_orders, &SortOrder::order_id, 1);
    added_order_id_ = order.order_id;
    metadata_.sort_orders.push_back(std::move(order));
    return {};
}

Result<> MetadataBuilder::operator()(const SetDefaultSortOrder& update) {
    auto id = update.order_id;
    if (id == kLastAdded) {
        if (!added_order_id_) {
            return refused("Cannot set last added sort order: no sort order has been added");
        }
        id = *added_order_id_;
    }
    if (metadata_.find_sort_order(id) == nullptr) {
        return refused("Cannot set default sort order to unknown sort order: " +
                       std::to_string(id));
    }
    metadata_.default_sort_order_id = id;
    return {};
}

Result<> MetadataBuilder::operator()(const RemovePartitionSpecs& update) {
    for (const auto id : update.spec_ids) {
        if (id == metadata_.default_spec_id) {
            return refused("Cannot remove the default partition spec");
        }
        std::erase_if(metadata_.partition_specs,
                      [id](const PartitionSpec& spec) { return spec.spec_id == id; });
    }
    return {};
}

Result<> MetadataBuilder::operator()(const RemoveSchemas& update) {
    for (const auto id : update.schema_ids) {
        if (id == metadata_.current_schema_id) return refused("Cannot remove the current schema");
        std::erase_if(metadata_.schemas,
                      [id](const Schema& schema) { return schema.schema_id == id; });
    }
    return {};
}

}  // namespace icelight::iceberg
