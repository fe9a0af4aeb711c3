#include "iceberg/partition_spec.h"

#include <algorithm>

namespace icelight::iceberg {

std::int32_t PartitionSpec::highest_field_id() const {
    std::int32_t highest = kFirstPartitionFieldId - 1;
    for (const auto& field : fields)
        highest = std::max(highest, field.field_id);
    return highest;
}

bool is_compatible_spec(const PartitionSpec& left, const PartitionSpec& right) {
    return std::equal(left.fields.begin(),
                      left.fields.end(),
                      right.fields.begin(),
                      right.fields.end(),
                      [](const PartitionField& a, const PartitionField& b) {
                          return a.source_id == b.source_id && a.transform == b.transform &&
                                 a.name == b.name;
                      });
}

Result<std::vector<Field>> partition_fields(const Schema& schema, const PartitionSpec& spec) {
    std::vector<Field> fields;
    for (const auto& field : spec.fields) {
        Field partition{.id = field.field_id, .name = field.name};
        const auto* source = schema.find_field(field.source_id);
        if (source == nullptr && field.transform.kind == TransformKind::kVoid) {
            // A dropped column's field stays in old specs as void; only nulls are stored for it.
            partition.type = TypeKind::kInt;
        } else if (source == nullptr) {
            return fail(ErrorCode::kInvalidArgument,
                        "partition field '" + field.name + "': no source column with id " +
                            std::to_string(field.source_id));
        } else {
            auto type = transform_result_type(field.transform, source->type);
            if (!type) return fail_in("partition field '" + field.name + "'", type.error());
            partition.type = std::move(*type);
        }
        fields.push_back(std::move(partition));
    }
    return fields;
}

}  // namespace icelight::iceberg
