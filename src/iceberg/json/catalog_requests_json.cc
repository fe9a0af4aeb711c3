#include "iceberg/json/catalog_requests_json.h"

#include "iceberg/json/json_internal.h"

namespace icelight::iceberg {

namespace {

RequestIdent read_ident(const JsonObject& object, std::string_view key) {
    RequestIdent ident;
    object.inside(key, [&](const JsonObject& member) {
        if (member.find("namespace") == nullptr) member.errors().fail("namespace", "is missing");
        ident.levels = member.texts("namespace");
        ident.name = member.text("name");
    });
    return ident;
}

CreateNamespaceRequest read_create_namespace(const JsonObject& object) {
    CreateNamespaceRequest request;
    if (object.find("namespace") == nullptr) object.errors().fail("namespace", "is missing");
    request.levels = object.texts("namespace");
    request.properties = object.text_map("properties");
    return request;
}

UpdatePropertiesRequest read_update_properties(const JsonObject& object) {
    return {.removals = object.texts("removals"), .updates = object.text_map("updates")};
}

RenameRequest read_rename(const JsonObject& object) {
    return {.source = read_ident(object, "source"),
            .destination = read_ident(object, "destination")};
}

RegisterRequest read_register(const JsonObject& object) {
    return {.name = object.text("name"),
            .metadata_location = object.text("metadata-location"),
            .overwrites = object.find_boolean("overwrite").value_or(false)};
}

}  // namespace

Result<CreateNamespaceRequest> parse_create_namespace_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_create_namespace);
}

Result<UpdatePropertiesRequest> parse_update_properties_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_update_properties);
}

Result<RenameRequest> parse_rename_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_rename);
}

Result<RegisterRequest> parse_register_request(std::string_view json) {
    return parse_json_object(json, ErrorCode::kInvalidArgument, read_register);
}

}  // namespace icelight::iceberg
