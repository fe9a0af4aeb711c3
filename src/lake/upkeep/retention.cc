#include "lake/upkeep/retention.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

namespace icelight::lake {
namespace {

using iceberg::RefType;
using iceberg::Snapshot;
using iceberg::SnapshotRef;
using iceberg::TableMetadata;

constexpr const char* kKeptProperty = "history.expire.min-snapshots-to-keep";
constexpr const char* kAgeProperty = "history.expire.max-snapshot-age-ms";

std::optional<std::int64_t> find_number(const TableMetadata& table, const char* key) {
    const auto found = table.properties.find(key);
    if (found == table.properties.end()) return std::nullopt;
    const std::string& text = found->second;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

class Keeping {
public:
    Keeping(const TableMetadata& table, const Retention& retention, std::int64_t now_ms)
        : retention_(retention), now_ms_(now_ms) {
        const auto kept = static_cast<std::int64_t>(retention.snapshots_kept);
        kept_ = find_number(table, kKeptProperty).value_or(kept);
        age_ms_ = find_number(table, kAgeProperty).value_or(retention.age.count());
        for (const Snapshot& snapshot : table.snapshots) {
            by_id_.emplace(snapshot.snapshot_id, &snapshot);
            // A clock that went back must not make everything young.
            now_ms_ = std::max(now_ms_, snapshot.timestamp_ms);
        }
    }

    bool has_expired(const SnapshotRef& ref) const {
        const auto found = by_id_.find(ref.snapshot_id);
        return ref.max_ref_age_ms && found != by_id_.end() &&
               now_ms_ - found->second->timestamp_ms > *ref.max_ref_age_ms;
    }

    void keep(const SnapshotRef& ref) {
        std::int64_t kept = 1;
        std::int64_t age_ms = -1;
        if (ref.type == RefType::kBranch) {
            kept = std::max<std::int64_t>(1, ref.min_snapshots_to_keep.value_or(kept_));
            age_ms = ref.max_snapshot_age_ms.value_or(age_ms_);
        }
        std::set<std::int64_t> walked;  // a parent that is its own ancestor ends the walk
        std::optional<std::int64_t> at = ref.snapshot_id;
        while (at && walked.insert(*at).second) {
            const auto found = by_id_.find(*at);
            if (found == by_id_.end()) break;
            referenced_.insert(*at);
            const auto count = static_cast<std::int64_t>(walked.size());
            const bool is_young = age_ms >= 0 && walked.size() <= kSnapshotsMax &&
                                  now_ms_ - found->second->timestamp_ms < age_ms;
            if (count <= kept || is_young) live_.insert(*at);
            at = found->second->parent_snapshot_id;
        }
    }

    bool is_kept(const Snapshot& snapshot) const {
        if (live_.contains(snapshot.snapshot_id)) return true;
        return !referenced_.contains(snapshot.snapshot_id) &&
               now_ms_ - snapshot.timestamp_ms < retention_.unreferenced_age.count();
    }

private:
    const Retention& retention_;
    std::int64_t now_ms_;
    std::int64_t kept_ = 0;
    std::int64_t age_ms_ = 0;
    std::map<std::int64_t, const Snapshot*> by_id_;
    std::set<std::int64_t> referenced_;
    std::set<std::int64_t> live_;
};

}  // namespace

Expired find_expired(const TableMetadata& table, const Retention& retention, std::int64_t now_ms) {
    Expired expired;
    Keeping keeping(table, retention, now_ms);
    for (const auto& [name, ref] : table.refs) {
        if (name != iceberg::kMainBranch && keeping.has_expired(ref)) {
            expired.refs.push_back(name);
        } else {
            keeping.keep(ref);
        }
    }
    for (const Snapshot& snapshot : table.snapshots) {
        if (snapshot.snapshot_id == table.current_snapshot_id || keeping.is_kept(snapshot))
            continue;
        expired.snapshots.push_back(snapshot.snapshot_id);
    }
    return expired;
}

}  // namespace icelight::lake
