#include <algorithm>

#include <fmt/format.h>

#include "catalog/refusal.h"
#include "catalog/sqlite/client/client_changes.h"
#include "catalog/sqlite/client/names.h"

namespace icelight::catalog::sqlite {

Result<bool> ClientChanges::Step::operator()(const CreateNamespace& change) {
    const auto& levels = change.space.levels;
    if (levels.empty()) return fail(ErrorCode::kInvalidArgument, "a namespace without name");
    for (const std::string& level : levels) {
        ICE_TRY(check_name(level));
    }
    auto parent = levels;
    parent.pop_back();
    if (!parent.empty()) {
        ICE_TRY(require_namespace(connection, parent));
    }
    ICE_ASSIGN(const bool is_there, has_namespace(connection, levels));
    if (is_there) return namespace_exists(levels);
    ICE_TRY(insert_namespace(connection, change.space));
    return true;
}

Result<bool> ClientChanges::Step::operator()(const DropNamespace& change) {
    ICE_TRY(require_namespace(connection, change.levels));
    ICE_ASSIGN(const bool is_empty, is_namespace_empty(connection, change.levels));
    if (!is_empty) return namespace_not_empty(change.levels);
    ICE_TRY(remove_namespace(connection, encode_space(change.levels)));
    return true;
}

Result<bool> ClientChanges::Step::operator()(const UpdateNamespace& change) {
    ICE_TRY(require_namespace(connection, change.levels));
    const std::string space = encode_space(change.levels);
    ICE_ASSIGN(auto properties, load_properties(connection, space));
    for (const std::string& key : change.removals) {
        const bool was_there = properties.erase(key) > 0;
        (was_there ? reply.properties.removed : reply.properties.missing).push_back(key);
    }
    for (const auto& [key, value] : change.updates) {
        properties.insert_or_assign(key, value);
        reply.properties.updated.push_back(key);
    }
    ICE_TRY(store_properties(connection, space, properties));
    return true;
}

}  // namespace icelight::catalog::sqlite
