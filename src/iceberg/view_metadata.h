#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "iceberg/schema.h"

/// Views, as the Iceberg view specification (format version 1) has them.
namespace icelight::iceberg {

inline constexpr std::int32_t kViewFormatVersion = 1;
/// In set-current-view-version and a version's schema-id: the one added last by the same updates.
inline constexpr std::int32_t kLastAddedOfView = -1;
/// Property: how many versions a view keeps; absent: 10.
inline constexpr const char* kViewVersionsKept = "version.history.num-entries";
/// Property: "true" lets a new version lack a dialect that the one before had.
inline constexpr const char* kViewMayDropDialect = "replace.drop-dialect.allowed";

/// A query in one dialect of SQL.
struct ViewSql {
    std::string sql;
    std::string dialect;

    bool operator==(const ViewSql&) const = default;
};

struct ViewVersion {
    std::int32_t version_id = 0;
    std::int64_t timestamp_ms = 0;
    std::int32_t schema_id = 0;
    std::map<std::string, std::string> summary;
    std::vector<ViewSql> representations;
    std::optional<std::string> default_catalog;
    std::vector<std::string> default_namespace;

    bool operator==(const ViewVersion&) const = default;
};

struct ViewVersionLogEntry {
    std::int64_t timestamp_ms = 0;
    std::int32_t version_id = 0;

    bool operator==(const ViewVersionLogEntry&) const = default;
};

struct ViewMetadata {
    Uuid view_uuid;
    std::int32_t format_version = kViewFormatVersion;
    std::string location;
    std::vector<Schema> schemas;
    std::int32_t current_version_id = -1;
    std::vector<ViewVersion> versions;
    std::vector<ViewVersionLogEntry> version_log;  ///< Oldest first.
    std::map<std::string, std::string> properties;

    bool operator==(const ViewMetadata&) const = default;

    /// nullptr when there is none.
    const ViewVersion* find_version(std::int32_t version_id) const;
};

struct AssignViewUuid {
    Uuid uuid;
};

struct UpgradeViewFormat {
    std::int32_t format_version = 0;
};

/// A schema that the view has already is found again; else its id is assigned.
struct AddViewSchema {
    Schema schema;
};

struct SetViewLocation {
    std::string location;
};

struct SetViewProperties {
    std::map<std::string, std::string> properties;
};

struct RemoveViewProperties {
    std::vector<std::string> keys;
};

/// A version that differs from one the view has in its id and time only is found again; else its id
/// is assigned where it is taken.
struct AddViewVersion {
    ViewVersion version;
};

struct SetCurrentViewVersion {
    std::int32_t version_id = kLastAddedOfView;
};

using ViewUpdate = std::variant<AssignViewUuid,
                                UpgradeViewFormat,
                                AddViewSchema,
                                SetViewLocation,
                                SetViewProperties,
                                RemoveViewProperties,
                                AddViewVersion,
                                SetCurrentViewVersion>;

/// Applies `updates` in order to a copy of `base` (ViewMetadata{} for a view to be made), then
/// drops the oldest versions beyond what the view keeps. Pure.
/// @error kInvalidArgument  the update contradicts the view, or loses a dialect that may not go.
Result<ViewMetadata> apply_view_updates(const ViewMetadata& base,
                                        std::span<const ViewUpdate> updates,
                                        TimestampUs now);

}  // namespace icelight::iceberg
