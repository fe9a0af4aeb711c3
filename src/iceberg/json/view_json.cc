#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "iceberg/json/json_parts_internal.h"
#include "iceberg/json/view_metadata_json.h"

namespace icelight::iceberg {

namespace {

/// Changes of one view in one request.
constexpr std::size_t kUpdatesMax = 1'000;
constexpr std::string_view kSqlType = "sql";

json::array text_array(const std::vector<std::string>& texts) {
    json::array array;
    for (const std::string& text : texts)
        array.emplace_back(text);
    return array;
}

json::object version_object(const ViewVersion& version) {
    json::array representations;
    for (const ViewSql& query : version.representations) {
        representations.push_back(
            json::object{{"type", kSqlType}, {"sql", query.sql}, {"dialect", query.dialect}});
    }
    json::object object{{"version-id", version.version_id},
                        {"timestamp-ms", version.timestamp_ms},
                        {"schema-id", version.schema_id},
                        {"summary", text_map_object(version.summary)},
                        {"default-namespace", text_array(version.default_namespace)},
                        {"representations", std::move(representations)}};
    if (version.default_catalog) object["default-catalog"] = *version.default_catalog;
    return object;
}

ViewVersion read_version(const JsonObject& object) {
    ViewVersion version;
    version.version_id = object.int32("version-id");
    version.timestamp_ms = object.int64("timestamp-ms");
    version.schema_id = object.int32("schema-id");
    version.summary = object.text_map("summary");
    version.default_catalog = object.find_text("default-catalog");
    if (object.find("default-namespace") == nullptr)
        object.errors().fail("default-namespace", "is missing");
    version.default_namespace = object.texts("default-namespace");
    object.each("representations", [&](const JsonObject& query) {
        if (query.text("type") != kSqlType) query.errors().fail("type", "is not sql");
        version.representations.push_back({query.text("sql"), query.text("dialect")});
    });
    return version;
}

Uuid read_uuid(const JsonObject& object, std::string_view key) {
    const auto uuid = find_uuid(object.text(key));
    if (!uuid) object.errors().fail(key, "is not a UUID");
    return uuid.value_or(Uuid{});
}

ViewMetadata read_view(const JsonObject& object) {
    ViewMetadata view;
    view.view_uuid = read_uuid(object, "view-uuid");
    view.format_version = object.int32("format-version");
    if (object.errors().ok() && view.format_version != kViewFormatVersion) {
        object.errors().fail_as(ErrorCode::kUnsupported,
                                "a view of format version " + std::to_string(view.format_version));
    }
    view.location = object.text("location");
    view.properties = object.text_map("properties");
    view.current_version_id = object.int32("current-version-id");
    object.each("schemas",
                [&](const JsonObject& schema) { view.schemas.push_back(read_schema(schema)); });
    object.each("versions",
                [&](const JsonObject& version) { view.versions.push_back(read_version(version)); });
    object.each("version-log", [&](const JsonObject& entry) {
        view.version_log.push_back({entry.int64("timestamp-ms"), entry.int32("version-id")});
    });
    const bool has_current = view.find_version(view.current_version_id) != nullptr;
    if (object.errors().ok() && !has_current)
        object.errors().fail("current-version-id", "is not among the versions");
    return view;
}

template <class Fn>
auto read_member(const JsonObject& object, std::string_view key, Fn read) {
    decltype(read(object)) value{};
    object.inside(key, [&](const JsonObject& member) { value = read(member); });
    return value;
}

using UpdateReader = ViewUpdate (*)(const JsonObject&);

constexpr std::array<std::pair<std::string_view, UpdateReader>, 8> kUpdates = {{
    {"assign-uuid",
     [](const JsonObject& o) -> ViewUpdate {
         return AssignViewUuid{read_uuid(o, "uuid")};
     }},
    {"upgrade-format-version",
     [](const JsonObject& o) -> ViewUpdate {
         return UpgradeViewFormat{o.int32("format-version")};
     }},
    {"add-schema",
     [](const JsonObject& o) -> ViewUpdate {
         return AddViewSchema{read_member(o, "schema", read_schema)};
     }},
    {"set-location",
     [](const JsonObject& o) -> ViewUpdate {
         return SetViewLocation{o.text("location")};
     }},
    {"set-properties",
     [](const JsonObject& o) -> ViewUpdate {
         // "updated" is what the first versions of the specification said.
         const char* key = o.find("updates") == nullptr ? "updated" : "updates";
         return SetViewProperties{o.text_map(key)};
     }},
    {"remove-properties",
     [](const JsonObject& o) -> ViewUpdate {
         const char* key = o.find("removals") == nullptr ? "removed" : "removals";
         return RemoveViewProperties{o.texts(key)};
     }},
    {"add-view-version",
     [](const JsonObject& o) -> ViewUpdate {
         return AddViewVersion{read_member(o, "view-version", read_version)};
     }},
    {"set-current-view-version",
     [](const JsonObject& o) -> ViewUpdate {
         return SetCurrentViewVersion{o.int32("view-version-id")};
     }},
}};

void read_update(const JsonObject& object, std::vector<ViewUpdate>& updates) {
    const std::string action = object.text("action");
    for (const auto& [name, read] : kUpdates) {
        if (name != action) continue;
        updates.push_back(read(object));
        return;
    }
    object.errors().fail("action", "is not one of a view: " + action);
}

CommitViewRequest read_commit(const JsonObject& object) {
    CommitViewRequest request;
    object.find_each("requirements", [&](const JsonObject& requirement) {
        const std::string type = requirement.text("type");
        if (type != "assert-view-uuid")
            requirement.errors().fail("type", "is not one of a view: " + type);
        request.required_uuids.push_back(read_uuid(requirement, "uuid"));
    });
    object.each("updates", [&](const JsonObject& update) {
        if (request.updates.size() >= kUpdatesMax) update.errors().fail("", "is one too many");
        read_update(update, request.updates);
    });
    return request;
}

CreateViewRequest read_create(const JsonObject& object) {
    return {.name = object.text("name"),
            .location = object.find_text("location"),
            .schema = read_member(object, "schema", read_schema),
            .version = read_member(object, "view-version", read_version),
            .properties = object.text_map("properties")};
}

}  // namespace

std::string encode_view_metadata(const ViewMetadata& view) {
    json::array schemas;
    for (const Schema& schema : view.schemas)
        schemas.push_back(schema_object(schema));
    json::array versions;
    for (const ViewVersion& version : view.versions)
        versions.push_back(version_object(version));
    json::array log;
    for (const ViewVersionLogEntry& entry : view.version_log) {
        log.push_back(
            json::object{{"timestamp-ms", entry.timestamp_ms}, {"version-id", entry.version_id}});
    }
    return json::serialize(json::object{{"view-uuid", view.view_uuid.text()},
                                        {"format-version", view.format_version},
                                        {"location", view.location},
                                        {"schemas", std::move(schemas)},
                                        {"current-version-id", view.current_version_id},
                                        {"versions", std::move(versions)},
                                        {"version-log", std::move(log)},
                                        {"properties", text_map_object(view.properties)}});
}

Result<ViewMetadata> parse_view_metadata(std::string_view json) {
    return parse_json_object(json, ErrorCode::kCorruption, read_view);
}

Result<CreateViewRequest> parse_create_view_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_create);
}

Result<CommitViewRequest> parse_commit_view_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_commit);
}

}  // namespace icelight::iceberg
