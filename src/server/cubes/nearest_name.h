#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace icelight::server {

/// What a query's error says is not there.
struct MissingName {
    std::string name;
    bool is_table = false;
    std::vector<std::string> candidates;  ///< That the engine itself thinks of; may be empty.
};

std::optional<MissingName> find_missing_name(std::string_view message);

/// "; did you mean `x`?", or nothing when no name is near.
std::string suggest_name(const std::string& name, const std::vector<std::string>& known);

/// The names in a reply of JSON: of its columns, or "namespace.name" of SHOW TABLES.
std::vector<std::string> column_names(std::string_view reply);
std::vector<std::string> table_names(std::string_view reply);

}  // namespace icelight::server
