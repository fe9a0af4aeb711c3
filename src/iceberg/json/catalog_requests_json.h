#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// REST catalog bodies about names: namespaces, and tables and views as a whole.
/// All: kInvalidArgument naming the member.
namespace icelight::iceberg {

/// CreateNamespaceRequest.
struct CreateNamespaceRequest {
    std::vector<std::string> levels;
    std::map<std::string, std::string> properties;
};

/// UpdateNamespacePropertiesRequest.
struct UpdatePropertiesRequest {
    std::vector<std::string> removals;
    std::map<std::string, std::string> updates;
};

/// TableIdentifier.
struct RequestIdent {
    std::vector<std::string> levels;
    std::string name;
};

/// RenameTableRequest.
struct RenameRequest {
    RequestIdent source;
    RequestIdent destination;
};

/// RegisterTableRequest.
struct RegisterRequest {
    std::string name;
    std::string metadata_location;
    bool overwrites = false;
};

Result<CreateNamespaceRequest> parse_create_namespace_request(std::string_view json);
Result<UpdatePropertiesRequest> parse_update_properties_request(std::string_view json);
Result<RenameRequest> parse_rename_request(std::string_view json);
Result<RegisterRequest> parse_register_request(std::string_view json);

}  // namespace icelight::iceberg
