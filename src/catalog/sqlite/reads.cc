#include "catalog/sqlite/reads.h"

#include <algorithm>
#include <utility>

#include "catalog/sqlite/rows.h"

namespace icelight::catalog::sqlite {

Result<std::vector<Namespace>> list_children(Connection& connection,
                                             const std::vector<std::string>& parent) {
    if (!parent.empty()) {
        ICE_TRY(require_namespace(connection, parent));
    }
    ICE_ASSIGN(const auto all, load_namespaces(connection));
    std::vector<Namespace> children;
    for (const std::string& path : all) {
        auto levels = decode_space(path);
        const bool is_child = levels.size() == parent.size() + 1 &&
                              std::equal(parent.begin(), parent.end(), levels.begin());
        if (!is_child) continue;
        ICE_ASSIGN(auto properties, load_properties(connection, path));
        children.push_back({std::move(levels), std::move(properties)});
    }
    return children;
}

Result<Namespace> load_namespace(Connection& connection, std::vector<std::string> levels) {
    ICE_TRY(require_namespace(connection, levels));
    ICE_ASSIGN(auto properties, load_properties(connection, encode_space(levels)));
    return Namespace{std::move(levels), std::move(properties)};
}

Result<std::vector<TableIdent>> list_members(Connection& connection,
                                             Relation relation,
                                             const std::vector<std::string>& space) {
    ICE_TRY(require_namespace(connection, space));
    return list_relations(connection, relation, space);
}

Result<ReadPoint> load_read_point(Connection& connection, std::vector<TableIdent> idents) {
    ReadPoint point;
    for (TableIdent& ident : idents) {
        ICE_ASSIGN(auto row, find_relation(connection, Relation::kTable, ident));
        if (row) point.metadata_locations[std::move(ident)] = row->metadata_location;
    }
    ICE_ASSIGN(const auto sinks, load_sinks(connection));
    for (const auto& sink : sinks)
        point.watermarks[sink.first] = sink.second.progress.watermark;
    return point;
}

}  // namespace icelight::catalog::sqlite
