#include "query/plan/partition_value.h"

#include <algorithm>

#include "iceberg/values.h"

namespace icelight::query {

std::optional<std::size_t> find_partition_value(const LiveFiles& manifest,
                                                const LiveFile& file,
                                                std::int32_t field_id) {
    const auto& values = file.file.partition;
    const auto count =
        std::min({manifest.spec.fields.size(), manifest.partition.size(), values.size()});
    for (std::size_t i = 0; i < count; ++i) {
        const auto& part = manifest.spec.fields[i];
        if (part.source_id == field_id &&
            part.transform.kind == iceberg::TransformKind::kIdentity &&
            iceberg::is_of_type(manifest.partition[i].type, values[i])) {
            return i;
        }
    }
    return std::nullopt;
}

}  // namespace icelight::query
