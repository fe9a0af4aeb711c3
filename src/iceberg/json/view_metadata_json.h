#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/view_metadata.h"

/// JSON of views: their metadata files and the REST catalog's bodies about them.
namespace icelight::iceberg {

std::string encode_view_metadata(const ViewMetadata& view);
/// @error kCorruption  not a view's metadata file; kUnsupported: a later format version.
Result<ViewMetadata> parse_view_metadata(std::string_view json);

/// CreateViewRequest.
struct CreateViewRequest {
    std::string name;
    std::optional<std::string> location;
    Schema schema;
    ViewVersion version;
    std::map<std::string, std::string> properties;
};

/// CommitViewRequest: its only requirement is the view's uuid.
struct CommitViewRequest {
    std::vector<Uuid> required_uuids;
    std::vector<ViewUpdate> updates;
};

/// @error kInvalidArgument  names the member.
Result<CreateViewRequest> parse_create_view_request(std::string_view json);
/// @error kInvalidArgument  names the member, the unknown action or requirement.
Result<CommitViewRequest> parse_commit_view_request(std::string_view json);

}  // namespace icelight::iceberg
