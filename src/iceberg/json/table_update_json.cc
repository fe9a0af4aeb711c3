#include "iceberg/json/table_update_json.h"

#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "iceberg/json/json_parts_internal.h"

namespace icelight::iceberg {

namespace {

/// Changes of one table in one request.
constexpr std::size_t kUpdatesMax = 10'000;
constexpr std::size_t kTablesMax = 1'000;

Uuid read_uuid(const JsonObject& object) {
    auto uuid = find_uuid(object.text("uuid"));
    if (!uuid) object.errors().fail("uuid", "is not a UUID");
    return uuid.value_or(Uuid{});
}

template <class Fn>
auto read_member(const JsonObject& object, std::string_view key, Fn read) {
    decltype(read(object)) value{};
    object.inside(key, [&](const JsonObject& member) { value = read(member); });
    return value;
}

/// A member that older clients spell otherwise.
std::string_view spelling(const JsonObject& object, std::string_view now, std::string_view before) {
    return object.find(now) == nullptr && object.find(before) != nullptr ? before : now;
}

template <class T>
std::vector<T> required(const JsonObject& object, std::string_view key, std::vector<T> values) {
    if (object.find(key) == nullptr) object.errors().fail(key, "is missing");
    return values;
}

AddEncryptionKey read_encryption_key(const JsonObject& key) {
    return {.key_id = key.text("key-id"), .json = json::serialize(key.raw())};
}

using UpdateReader = TableUpdate (*)(const JsonObject&);

constexpr std::array<std::pair<std::string_view, UpdateReader>, 23> kUpdates = {{
    {"assign-uuid",
     [](const JsonObject& o) -> TableUpdate {
         return AssignUuid{read_uuid(o)};
     }},
    {"upgrade-format-version",
     [](const JsonObject& o) -> TableUpdate {
         return UpgradeFormatVersion{o.int32("format-version")};
     }},
    {"add-schema",
     [](const JsonObject& o) -> TableUpdate {
         return AddSchema{read_member(o, "schema", read_schema)};
     }},
    {"set-current-schema",
     [](const JsonObject& o) -> TableUpdate {
         return SetCurrentSchema{o.int32("schema-id")};
     }},
    {"add-spec",
     [](const JsonObject& o) -> TableUpdate {
         return AddPartitionSpec{read_member(o, "spec", read_partition_spec)};
     }},
    {"set-default-spec",
     [](const JsonObject& o) -> TableUpdate {
         return SetDefaultSpec{o.int32("spec-id")};
     }},
    {"add-sort-order",
     [](const JsonObject& o) -> TableUpdate {
         return AddSortOrder{read_member(o, "sort-order", read_sort_order)};
     }},
    {"set-default-sort-order",
     [](const JsonObject& o) -> TableUpdate {
         return SetDefaultSortOrder{o.int32("sort-order-id")};
     }},
    {"add-snapshot",
     [](const JsonObject& o) -> TableUpdate {
         return AddSnapshot{read_member(o, "snapshot", read_snapshot)};
     }},
    {"set-snapshot-ref",
     [](const JsonObject& o) -> TableUpdate {
         return SetSnapshotRef{o.text("ref-name"), read_snapshot_ref(o)};
     }},
    {"remove-snapshots",
     [](const JsonObject& o) -> TableUpdate {
         return RemoveSnapshots{required(o, "snapshot-ids", o.int64s("snapshot-ids"))};
     }},
    {"remove-snapshot-ref",
     [](const JsonObject& o) -> TableUpdate {
         return RemoveSnapshotRef{o.text("ref-name")};
     }},
    {"set-location",
     [](const JsonObject& o) -> TableUpdate {
         return SetLocation{o.text("location")};
     }},
    {"set-properties",
     [](const JsonObject& o) -> TableUpdate {
         const auto key = spelling(o, "updates", "updated");
         if (o.find(key) == nullptr) o.errors().fail(key, "is missing");
         return SetProperties{o.text_map(key)};
     }},
    {"remove-properties",
     [](const JsonObject& o) -> TableUpdate {
         const auto key = spelling(o, "removals", "removed");
         return RemoveProperties{required(o, key, o.texts(key))};
     }},
    {"remove-partition-specs",
     [](const JsonObject& o) -> TableUpdate {
         return RemovePartitionSpecs{required(o, "spec-ids", o.int32s("spec-ids"))};
     }},
    {"remove-schemas",
     [](const JsonObject& o) -> TableUpdate {
         return RemoveSchemas{required(o, "schema-ids", o.int32s("schema-ids"))};
     }},
    {"set-statistics",
     [](const JsonObject& o) -> TableUpdate {
         return SetStatistics{read_member(o, "statistics", read_statistics)};
     }},
    {"remove-statistics",
     [](const JsonObject& o) -> TableUpdate {
         return RemoveStatistics{o.int64("snapshot-id")};
     }},
    {"set-partition-statistics",
     [](const JsonObject& o) -> TableUpdate {
         return SetPartitionStatistics{read_member(o, "partition-statistics", read_statistics)};
     }},
    {"remove-partition-statistics",
     [](const JsonObject& o) -> TableUpdate {
         return RemovePartitionStatistics{o.int64("snapshot-id")};
     }},
    {"add-encryption-key",
     [](const JsonObject& o) -> TableUpdate {
         return read_member(o, "encryption-key", read_encryption_key);
     }},
    {"remove-encryption-key",
     [](const JsonObject& o) -> TableUpdate {
         return RemoveEncryptionKey{o.text("key-id")};
     }},
}};

using RequirementReader = TableRequirement (*)(const JsonObject&);

AssertRefSnapshotId read_ref_requirement(const JsonObject& object) {
    if (!object.raw().contains("snapshot-id")) {
        object.errors().fail("snapshot-id", "is missing");  // null is a claim, absence is not.
    }
    return {.ref = object.text("ref"), .snapshot_id = object.find_int64("snapshot-id")};
}

constexpr std::array<std::pair<std::string_view, RequirementReader>, 8> kRequirements = {{
    {"assert-create",
     [](const JsonObject&) -> TableRequirement {
         return AssertCreate{};
     }},
    {"assert-table-uuid",
     [](const JsonObject& o) -> TableRequirement {
         return AssertTableUuid{read_uuid(o)};
     }},
    {"assert-ref-snapshot-id",
     [](const JsonObject& o) -> TableRequirement {
         return read_ref_requirement(o);
     }},
    {"assert-last-assigned-field-id",
     [](const JsonObject& o) -> TableRequirement {
         return AssertLastAssignedFieldId{o.int32("last-assigned-field-id")};
     }},
    {"assert-current-schema-id",
     [](const JsonObject& o) -> TableRequirement {
         return AssertCurrentSchemaId{o.int32("current-schema-id")};
     }},
    {"assert-last-assigned-partition-id",
     [](const JsonObject& o) -> TableRequirement {
         return AssertLastAssignedPartitionId{o.int32("last-assigned-partition-id")};
     }},
    {"assert-default-spec-id",
     [](const JsonObject& o) -> TableRequirement {
         return AssertDefaultSpecId{o.int32("default-spec-id")};
     }},
    {"assert-default-sort-order-id",
     [](const JsonObject& o) -> TableRequirement {
         return AssertDefaultSortOrderId{o.int32("default-sort-order-id")};
     }},
}};

/// Reads an object by the table row that its member `key` names.
template <class Out, class Table>
void read_by_name(const JsonObject& object,
                  std::string_view key,
                  const Table& table,
                  std::vector<Out>& out) {
    if (out.size() >= kUpdatesMax) {
        object.errors().fail("", "is one too many");
        return;
    }
    const auto name = object.text(key);
    for (const auto& [known, read] : table) {
        if (known == name) {
            out.push_back(read(object));
            return;
        }
    }
    object.errors().fail(key, "'" + name + "' is unknown");
}

CommitRequest read_commit(const JsonObject& object) {
    CommitRequest request;
    object.find_inside("identifier", [&](const JsonObject& identifier) {
        request.name_space = identifier.texts("namespace");
        request.name = identifier.text("name");
    });
    object.find_each("requirements", [&](const JsonObject& requirement) {
        read_by_name(requirement, "type", kRequirements, request.requirements);
    });
    object.find_each("updates", [&](const JsonObject& update) {
        read_by_name(update, "action", kUpdates, request.updates);
    });
    return request;
}

std::vector<CommitRequest> read_transaction(const JsonObject& object) {
    std::vector<CommitRequest> requests;
    object.each("table-changes", [&](const JsonObject& change) {
        if (requests.size() >= kTablesMax) {
            change.errors().fail("", "is one too many");
            return;
        }
        requests.push_back(read_commit(change));
        if (requests.back().name.empty()) change.errors().fail("identifier", "is missing");
    });
    return requests;
}

CreateTableRequest read_create(const JsonObject& object) {
    CreateTableRequest request;
    request.name = object.text("name");
    request.location = object.find_text("location");
    request.schema = read_member(object, "schema", read_schema);
    object.find_inside("partition-spec",
                       [&](const JsonObject& spec) { request.spec = read_partition_spec(spec); });
    object.find_inside("write-order",
                       [&](const JsonObject& order) { request.order = read_sort_order(order); });
    request.is_staged = object.find_boolean("stage-create").value_or(false);
    request.properties = object.text_map("properties");
    return request;
}

}  // namespace

Result<CommitRequest> parse_commit_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_commit);
}

Result<std::vector<CommitRequest>> parse_transaction_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_transaction);
}

Result<CreateTableRequest> parse_create_table_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_create);
}

}  // namespace icelight::iceberg
