#include "iceberg/table_metadata.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace icelight::iceberg {

namespace {

template <class T, class Id, class Member>
const T* find_by(const std::vector<T>& items, Id id, Member member) {
    for (const auto& item : items) {
        if (item.*member == id) return &item;
    }
    return nullptr;
}

template <class T, class Member>
bool has_duplicates(const std::vector<T>& items, Member member) {
    std::set<std::int64_t> seen;
    return std::any_of(items.begin(), items.end(), [&](const T& item) {
        return !seen.insert(std::int64_t{item.*member}).second;
    });
}

std::size_t previous_versions_max(const TableMetadata& metadata) {
    const auto found = metadata.properties.find(std::string(kPreviousVersionsMaxProperty));
    if (found == metadata.properties.end()) return kPreviousVersionsMaxDefault;
    const auto& text = found->second;
    std::size_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return kPreviousVersionsMaxDefault;
    }
    return std::max<std::size_t>(count, 1);
}

Result<> check_refs(const TableMetadata& metadata, ErrorCode code) {
    for (const auto& [name, ref] : metadata.refs) {
        if (metadata.find_snapshot(ref.snapshot_id) == nullptr) {
            return fail(code, "refs." + name + " names no snapshot of snapshots");
        }
    }
    const auto main = metadata.refs.find(std::string(kMainBranch));
    if (main != metadata.refs.end() && metadata.current_snapshot_id != main->second.snapshot_id) {
        return fail(code, "refs.main is not the current-snapshot-id");
    }
    return {};
}

}  // namespace

const Schema* TableMetadata::find_schema(std::int32_t schema_id) const {
    return find_by(schemas, schema_id, &Schema::schema_id);
}

const PartitionSpec* TableMetadata::find_spec(std::int32_t spec_id) const {
    return find_by(partition_specs, spec_id, &PartitionSpec::spec_id);
}

const SortOrder* TableMetadata::find_sort_order(std::int32_t order_id) const {
    return find_by(sort_orders, order_id, &SortOrder::order_id);
}

const Snapshot* TableMetadata::find_snapshot(std::int64_t snapshot_id) const {
    return find_by(snapshots, snapshot_id, &Snapshot::snapshot_id);
}

Result<> check_metadata(const TableMetadata& metadata, ErrorCode code) {
    if (metadata.location.empty()) return fail(code, "location is missing");
    if (metadata.current_schema() == nullptr) {
        return fail(code, "current-schema-id names no schema of schemas");
    }
    if (metadata.default_spec() == nullptr) {
        return fail(code, "default-spec-id names no spec of partition-specs");
    }
    if (metadata.find_sort_order(metadata.default_sort_order_id) == nullptr) {
        return fail(code, "default-sort-order-id names no order of sort-orders");
    }
    if (metadata.current_snapshot_id && metadata.current_snapshot() == nullptr) {
        return fail(code, "current-snapshot-id names no snapshot of snapshots");
    }
    if (has_duplicates(metadata.snapshots, &Snapshot::snapshot_id)) {
        return fail(code, "snapshots holds one snapshot-id twice");
    }
    if (has_duplicates(metadata.schemas, &Schema::schema_id)) {
        return fail(code, "schemas holds one schema-id twice");
    }
    if (has_duplicates(metadata.partition_specs, &PartitionSpec::spec_id)) {
        return fail(code, "partition-specs holds one spec-id twice");
    }
    if (has_duplicates(metadata.sort_orders, &SortOrder::order_id)) {
        return fail(code, "sort-orders holds one order-id twice");
    }
    return check_refs(metadata, code);
}

std::vector<std::string> append_metadata_log(TableMetadata& next,
                                             const TableMetadata& previous,
                                             std::string previous_location) {
    auto& log = next.metadata_log;
    log.push_back({previous.last_updated_ms, std::move(previous_location)});
    const auto kept = std::min(log.size(), previous_versions_max(next));
    const auto first_kept = log.end() - static_cast<std::ptrdiff_t>(kept);
    std::vector<std::string> dropped;
    for (auto entry = log.begin(); entry != first_kept; ++entry) {
        dropped.push_back(std::move(entry->metadata_file));
    }
    log.erase(log.begin(), first_kept);
    return dropped;
}

}  // namespace icelight::iceberg
