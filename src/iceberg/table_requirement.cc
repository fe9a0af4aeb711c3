#include "iceberg/table_requirement.h"

namespace icelight::iceberg {

namespace {

tl::unexpected<Error> failed(std::string why) {
    return fail(ErrorCode::kConflict, "Requirement failed: " + std::move(why));
}

Result<> check_equal(std::string_view what, std::int64_t expected, std::int64_t found) {
    if (expected == found) return {};
    return failed(std::string(what) + " changed: expected id " + std::to_string(expected) +
                  " != " + std::to_string(found));
}

struct Checker {
    const TableMetadata& current;

    Result<> operator()(const AssertCreate& /*requirement*/) const {
        return failed("table already exists");
    }

    Result<> operator()(const AssertTableUuid& requirement) const {
        if (requirement.uuid == current.table_uuid) return {};
        return failed("UUID does not match: expected " + current.table_uuid.text() +
                      " != " + requirement.uuid.text());
    }

    Result<> operator()(const AssertRefSnapshotId& requirement) const {
        const auto found = current.refs.find(requirement.ref);
        if (found == current.refs.end()) {
            if (!requirement.snapshot_id) return {};
            return failed("branch or tag " + requirement.ref + " is missing, expected " +
                          std::to_string(*requirement.snapshot_id));
        }
        const auto& ref = found->second;
        const auto name =
            (ref.type == RefType::kBranch ? std::string("branch ") : std::string("tag ")) +
            requirement.ref;
        if (!requirement.snapshot_id) return failed(name + " was created concurrently");
        if (*requirement.snapshot_id == ref.snapshot_id) return {};
        return failed(name + " has changed: expected id " +
                      std::to_string(*requirement.snapshot_id) +
                      " != " + std::to_string(ref.snapshot_id));
    }

    Result<> operator()(const AssertLastAssignedFieldId& requirement) const {
        return check_equal(
            "last assigned field id", requirement.last_assigned_field_id, current.last_column_id);
    }

    Result<> operator()(const AssertCurrentSchemaId& requirement) const {
        return check_equal(
            "current schema", requirement.current_schema_id, current.current_schema_id);
    }

    Result<> operator()(const AssertLastAssignedPartitionId& requirement) const {
        return check_equal("last assigned partition id",
                           requirement.last_assigned_partition_id,
                           current.last_partition_id);
    }

    Result<> operator()(const AssertDefaultSpecId& requirement) const {
        return check_equal(
            "default partition spec", requirement.default_spec_id, current.default_spec_id);
    }

    Result<> operator()(const AssertDefaultSortOrderId& requirement) const {
        return check_equal(
            "default sort order", requirement.default_sort_order_id, current.default_sort_order_id);
    }
};

}  // namespace

Result<> check_requirement(const TableRequirement& requirement, const TableMetadata* current) {
    if (current != nullptr) return std::visit(Checker{*current}, requirement);
    if (std::holds_alternative<AssertCreate>(requirement)) return {};
    return failed("table does not exist");
}

Result<> check_requirements(std::span<const TableRequirement> requirements,
                            const TableMetadata* current) {
    for (const auto& requirement : requirements) {
        ICE_TRY(check_requirement(requirement, current));
    }
    return {};
}

}  // namespace icelight::iceberg
