#include "catalog/sink/sink_table.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "catalog/sink/watermark.h"

namespace icelight::catalog {

namespace {

constexpr std::string_view kWatermarkPrefix = "icelight.watermark";

using iceberg::TypeKind;

tl::unexpected<Error> refused(const SinkTable& table, const std::string& why) {
    return fail(ErrorCode::kInvalidArgument, text_of(table.ident) + " is fed from the log: " + why);
}

/// The spec's promotions; of equal types the nested fields are held one by one.
bool is_promotion(const iceberg::Type& from, const iceberg::Type& to) {
    if (from.kind == TypeKind::kInt) return to.kind == TypeKind::kLong;
    return from.kind == TypeKind::kFloat && to.kind == TypeKind::kDouble;
}

Result<> check_fields(const SinkTable& table,
                      const iceberg::Schema& before,
                      const iceberg::Schema& after) {
    for (const std::int32_t id : table.kept_field_ids) {
        const auto* was = before.find_field(id);
        const auto* is = after.find_field(id);
        const bool is_kept = was == nullptr || (is != nullptr && is->type == was->type);
        if (!is_kept) {
            return refused(table,
                           "column " + was->name + " (field id " + std::to_string(id) +
                               ") may not be dropped or retyped");
        }
    }
    for (const auto& field : after.fields) {
        const auto* was = before.find_field(field.id);
        if (field.is_required && (was == nullptr || !was->is_required)) {
            return refused(table, "column " + field.name + " may not be required");
        }
        // Readers would show it in files that are flushed later too, and the log's rows have NULL.
        const bool has_default = !field.initial_default.empty() && field.initial_default != "null";
        if (was == nullptr && has_default) {
            return refused(table, "column " + field.name + " may not have an initial default");
        }
        if (was != nullptr && was->type != field.type && !is_promotion(was->type, field.type)) {
            return refused(table, "column " + field.name + " may not change its type so");
        }
    }
    return {};
}

}  // namespace

Result<> check_sink_change(const SinkTable& table,
                           const iceberg::TableMetadata& base,
                           const iceberg::TableMetadata& changed) {
    if (changed.location != base.location) return refused(table, "its location may not move");
    if (changed.format_version != base.format_version) {
        return refused(table, "its format version may not change");
    }
    for (const auto& [key, value] : base.properties) {
        if (!key.starts_with(kWatermarkPrefix)) continue;
        const auto found = changed.properties.find(key);
        if (found == changed.properties.end() || found->second != value) {
            return refused(table, "property " + key + " may not be changed or removed");
        }
    }
    for (const auto& [key, value] : changed.properties) {
        if (key.starts_with(kWatermarkPrefix) && !base.properties.contains(key)) {
            return refused(table, "property " + key + " is not for clients to set");
        }
    }
    const bool lacks_spec = !base.partition_specs.empty() &&
                            changed.find_spec(base.partition_specs.front().spec_id) == nullptr;
    if (lacks_spec) return refused(table, "its first partition spec may not be removed");
    return check_fields(table, *base.current_schema(), *changed.current_schema());
}

}  // namespace icelight::catalog
