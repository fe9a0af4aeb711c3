#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/table_requirement.h"
#include "iceberg/table_update.h"

/// REST catalog bodies that change tables.
/// All: kInvalidArgument naming the member, the unknown action or the unknown requirement.
namespace icelight::iceberg {

/// CommitTableRequest.
struct CommitRequest {
    /// As in the body; a commit of one table may leave it out.
    std::vector<std::string> name_space;
    std::string name;
    std::vector<TableRequirement> requirements;
    std::vector<TableUpdate> updates;
};

/// CreateTableRequest.
struct CreateTableRequest {
    std::string name;
    std::optional<std::string> location;
    Schema schema;
    PartitionSpec spec;
    SortOrder order;
    bool is_staged = false;
    std::map<std::string, std::string> properties;
};

Result<CommitRequest> parse_commit_request(std::string_view json);

/// CommitTransactionRequest: {"table-changes":[…]}, each with its identifier.
Result<std::vector<CommitRequest>> parse_transaction_request(std::string_view json);

Result<CreateTableRequest> parse_create_table_request(std::string_view json);

}  // namespace icelight::iceberg
