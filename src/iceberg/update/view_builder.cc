#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "iceberg/view_metadata.h"

namespace icelight::iceberg {

namespace {

constexpr std::size_t kVersionsKeptDefault = 10;

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return text;
}

std::set<std::string> dialects_of(const ViewVersion& version) {
    std::set<std::string> dialects;
    for (const ViewSql& query : version.representations)
        dialects.insert(lower(query.dialect));
    return dialects;
}

/// Equal but for id and time.
bool is_same_version(ViewVersion left, const ViewVersion& right) {
    left.version_id = right.version_id;
    left.timestamp_ms = right.timestamp_ms;
    return left == right;
}

Result<std::size_t> versions_kept(const ViewMetadata& view) {
    const auto found = view.properties.find(kViewVersionsKept);
    if (found == view.properties.end()) return kVersionsKeptDefault;
    const std::string& text = found->second;
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc{} && end == text.data() + text.size() && count > 0) return count;
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} must be positive but was {}", kViewVersionsKept, text));
}

class ViewBuilder {
public:
    ViewBuilder(ViewMetadata view, TimestampUs now) : view_(std::move(view)), now_(now) {}

    Result<> operator()(const AssignViewUuid& update) {
        if (!view_.view_uuid.is_nil() && view_.view_uuid != update.uuid)
            return fail(ErrorCode::kInvalidArgument, "Cannot reassign uuid");
        view_.view_uuid = update.uuid;
        return {};
    }

    Result<> operator()(const UpgradeViewFormat& update) const {
        if (update.format_version == kViewFormatVersion) return {};
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("Unsupported view format version: {}", update.format_version));
    }

    Result<> operator()(const AddViewSchema& update) {
        ICE_TRY(check_schema(update.schema));
        std::int32_t next_id = 0;
        for (const Schema& known : view_.schemas) {
            last_schema_id_ = known.schema_id;
            if (is_same_schema(known, update.schema)) return {};
            next_id = std::max(next_id, known.schema_id + 1);
        }
        view_.schemas.push_back(update.schema);
        view_.schemas.back().schema_id = next_id;
        last_schema_id_ = next_id;
        return {};
    }

    Result<> operator()(const SetViewLocation& update) {
        view_.location = update.location;
        return {};
    }

    Result<> operator()(const SetViewProperties& update) {
        for (const auto& [key, value] : update.properties)
            view_.properties[key] = value;
        return {};
    }

    Result<> operator()(const RemoveViewProperties& update) {
        for (const std::string& key : update.keys)
            view_.properties.erase(key);
        return {};
    }

    Result<> operator()(const AddViewVersion& update) {
        ViewVersion version = update.version;
        if (version.schema_id == kLastAddedOfView) {
            if (!last_schema_id_) {
                return fail(ErrorCode::kInvalidArgument,
                            "Cannot set last added schema: no schema has been added");
            }
            version.schema_id = *last_schema_id_;
        }
        ICE_TRY(check_version(version));
        for (const ViewVersion& known : view_.versions) {
            if (is_same_version(known, version)) {
                last_version_id_ = known.version_id;
                return {};
            }
            version.version_id = std::max(version.version_id, known.version_id + 1);
        }
        last_version_id_ = version.version_id;
        added_.insert(version.version_id);
        view_.versions.push_back(std::move(version));
        return {};
    }

    Result<> operator()(const SetCurrentViewVersion& update) {
        std::int32_t version_id = update.version_id;
        if (version_id == kLastAddedOfView) {
            if (!last_version_id_) {
                return fail(ErrorCode::kInvalidArgument,
                            "Cannot set last version id: no version has been added");
            }
            version_id = *last_version_id_;
        }
        const ViewVersion* version = view_.find_version(version_id);
        if (version == nullptr) {
            return fail(
                ErrorCode::kInvalidArgument,
                fmt::format("Cannot set current version to unknown version: {}", version_id));
        }
        if (view_.current_version_id == version_id) return {};
        view_.current_version_id = version_id;
        const bool is_new = added_.contains(version_id);
        view_.version_log.push_back({is_new ? version->timestamp_ms : now_ / 1'000, version_id});
        return {};
    }

    Result<ViewMetadata> build(const ViewVersion* before) && {
        const ViewVersion* current = view_.find_version(view_.current_version_id);
        if (current == nullptr)
            return fail(ErrorCode::kInvalidArgument, "Invalid view: no version is current");
        if (view_.location.empty())
            return fail(ErrorCode::kInvalidArgument, "Invalid view: no location");
        ICE_TRY(check_dialects(before, *current));
        ICE_ASSIGN(const std::size_t kept, versions_kept(view_));
        expire(std::max(kept, added_.size()));
        return std::move(view_);
    }

private:
    Result<> check_version(const ViewVersion& version) const {
        const auto is_schema = [&](const Schema& schema) {
            return schema.schema_id == version.schema_id;
        };
        if (std::none_of(view_.schemas.begin(), view_.schemas.end(), is_schema)) {
            return fail(
                ErrorCode::kInvalidArgument,
                fmt::format("Cannot add version with unknown schema: {}", version.schema_id));
        }
        if (version.representations.empty())
            return fail(ErrorCode::kInvalidArgument, "Invalid view version: it has no query");
        std::set<std::string> seen;
        for (const ViewSql& query : version.representations) {
            if (seen.insert(lower(query.dialect)).second) continue;
            return fail(
                ErrorCode::kInvalidArgument,
                fmt::format("Invalid view version: Cannot add multiple queries for dialect {}",
                            lower(query.dialect)));
        }
        return {};
    }

    Result<> check_dialects(const ViewVersion* before, const ViewVersion& current) const {
        const auto allowed = view_.properties.find(kViewMayDropDialect);
        if (allowed != view_.properties.end() && lower(allowed->second) == "true") return {};
        if (before == nullptr) return {};
        const auto had = dialects_of(*before);
        const auto has = dialects_of(current);
        if (std::includes(has.begin(), has.end(), had.begin(), had.end())) return {};
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("Cannot replace view due to loss of view dialects ({}=false):\n"
                                "Previous dialects: [{}]\nNew dialects: [{}]",
                                kViewMayDropDialect,
                                fmt::join(had, ", "),
                                fmt::join(has, ", ")));
    }

    /// Keeps the current version and the newest others; the log from the last that is gone on.
    void expire(std::size_t kept) {
        if (view_.versions.size() <= kept) return;
        std::set<std::int32_t, std::greater<>> ids;
        for (const ViewVersion& version : view_.versions)
            if (version.version_id != view_.current_version_id) ids.insert(version.version_id);
        std::set<std::int32_t> retained{view_.current_version_id};
        for (const std::int32_t id : ids)
            if (retained.size() < kept) retained.insert(id);
        std::erase_if(view_.versions, [&](const ViewVersion& version) {
            return !retained.contains(version.version_id);
        });
        std::vector<ViewVersionLogEntry> log;
        for (const ViewVersionLogEntry& entry : view_.version_log) {
            if (!retained.contains(entry.version_id)) {
                log.clear();
            } else {
                log.push_back(entry);
            }
        }
        view_.version_log = std::move(log);
    }

    ViewMetadata view_;
    const TimestampUs now_;
    std::optional<std::int32_t> last_schema_id_;
    std::optional<std::int32_t> last_version_id_;
    std::set<std::int32_t> added_;
};

}  // namespace

const ViewVersion* ViewMetadata::find_version(std::int32_t version_id) const {
    const auto found = std::find_if(versions.begin(), versions.end(), [&](const auto& version) {
        return version.version_id == version_id;
    });
    return found == versions.end() ? nullptr : &*found;
}

Result<ViewMetadata> apply_view_updates(const ViewMetadata& base,
                                        std::span<const ViewUpdate> updates,
                                        TimestampUs now) {
    ViewBuilder builder(base, now);
    for (const ViewUpdate& update : updates) {
        ICE_TRY(std::visit(builder, update));
    }
    return std::move(builder).build(base.find_version(base.current_version_id));
}

}  // namespace icelight::iceberg
