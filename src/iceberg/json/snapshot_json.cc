#include <boost/json/serialize.hpp>

#include "iceberg/json/json_parts_internal.h"

namespace icelight::iceberg {

namespace {

constexpr std::string_view kOperationKey = "operation";

template <class T>
void put(json::object& object, std::string_view key, const std::optional<T>& value) {
    if (value) object[key] = *value;
}

}  // namespace

std::string_view Snapshot::operation() const {
    const auto found = summary.find(std::string(kOperationKey));
    return found == summary.end() ? std::string_view() : std::string_view(found->second);
}

json::object text_map_object(const std::map<std::string, std::string>& map) {
    json::object object;
    object.reserve(map.size());
    for (const auto& [key, value] : map)
        object[key] = value;
    return object;
}

json::object snapshot_object(const Snapshot& snapshot) {
    json::object object{{"snapshot-id", snapshot.snapshot_id}};
    put(object, "parent-snapshot-id", snapshot.parent_snapshot_id);
    object["sequence-number"] = snapshot.sequence_number;
    object["timestamp-ms"] = snapshot.timestamp_ms;
    if (!snapshot.manifest_list.empty()) object["manifest-list"] = snapshot.manifest_list;
    if (!snapshot.manifests.empty()) {
        json::array manifests;
        for (const auto& manifest : snapshot.manifests)
            manifests.emplace_back(manifest);
        object["manifests"] = std::move(manifests);
    }
    if (!snapshot.summary.empty()) object["summary"] = text_map_object(snapshot.summary);
    put(object, "schema-id", snapshot.schema_id);
    put(object, "first-row-id", snapshot.first_row_id);
    put(object, "added-rows", snapshot.added_rows);
    if (!snapshot.key_id.empty()) object["key-id"] = snapshot.key_id;
    return object;
}

Snapshot read_snapshot(const JsonObject& object) {
    Snapshot snapshot;
    snapshot.snapshot_id = object.int64("snapshot-id");
    snapshot.parent_snapshot_id = object.find_int64("parent-snapshot-id");
    snapshot.sequence_number = object.find_int64("sequence-number").value_or(0);
    snapshot.timestamp_ms = object.int64("timestamp-ms");
    snapshot.manifest_list = object.find_text("manifest-list").value_or("");
    snapshot.manifests = object.texts("manifests");
    if (snapshot.manifest_list.empty() && object.find("manifests") == nullptr) {
        object.errors().fail("manifest-list", "is missing");
    }
    snapshot.summary = object.text_map("summary");
    snapshot.schema_id = object.find_int32("schema-id");
    snapshot.first_row_id = object.find_int64("first-row-id");
    snapshot.added_rows = object.find_int64("added-rows");
    snapshot.key_id = object.find_text("key-id").value_or("");
    return snapshot;
}

json::object snapshot_ref_object(const SnapshotRef& ref) {
    json::object object{{"snapshot-id", ref.snapshot_id},
                        {"type", ref.type == RefType::kTag ? "tag" : "branch"}};
    put(object, "min-snapshots-to-keep", ref.min_snapshots_to_keep);
    put(object, "max-snapshot-age-ms", ref.max_snapshot_age_ms);
    put(object, "max-ref-age-ms", ref.max_ref_age_ms);
    return object;
}

SnapshotRef read_snapshot_ref(const JsonObject& object) {
    SnapshotRef ref;
    ref.snapshot_id = object.int64("snapshot-id");
    const auto type = object.text("type");
    if (type != "branch" && type != "tag")
        object.errors().fail("type", "is neither branch nor tag");
    ref.type = type == "tag" ? RefType::kTag : RefType::kBranch;
    ref.min_snapshots_to_keep = object.find_int32("min-snapshots-to-keep");
    ref.max_snapshot_age_ms = object.find_int64("max-snapshot-age-ms");
    ref.max_ref_age_ms = object.find_int64("max-ref-age-ms");
    return ref;
}

StatisticsFile read_statistics(const JsonObject& object) {
    return {.snapshot_id = object.int64("snapshot-id"), .json = json::serialize(object.raw())};
}

}  // namespace icelight::iceberg
