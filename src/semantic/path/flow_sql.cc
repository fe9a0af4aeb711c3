#include <utility>

#include <fmt/format.h>

#include "semantic/path/flow.h"
#include "semantic/path/funnel.h"

namespace icelight::semantic {
namespace {

constexpr std::string_view kEntry = "(entry)";
constexpr std::string_view kExit = "(exit)";
/// Between the names of a sunburst's way.
constexpr std::string_view kArrow = "\xe2\x86\x92";

/// What an event is called: by its dimension, or by its type where that is NULL.
std::string event_name_sql(const Flow& flow) {
    const auto& stream = flow.scope.cube->event_stream;
    const auto name = fmt::format("CAST({} AS VARCHAR)", flow.event.item->sql);
    const auto* const type = stream ? flow.scope.cube->find_dimension(stream->type) : nullptr;
    if (type == nullptr) return fmt::format("coalesce({}, '(none)')", name);
    return fmt::format("coalesce({}, {}, '(none)')", name, type->sql);
}

/// One path for every user who has an anchor, equal ones together: `p` is a list of layers from
/// -before to after with NULL where there is nothing.
std::string with_paths(const Flow& flow, SqlValues& values) {
    const auto& scope = flow.scope;
    std::string limit;
    if (flow.entity_limit) {
        limit = fmt::format(" ORDER BY hash(key), key LIMIT {}", *flow.entity_limit);
    }
    const auto start = condition_sql(flow.start, values);
    return fmt::format(
        "WITH users AS (SELECT {} AS key, path_around('before={} after={}', {}, {}, {}, {}) AS p "
        "{} GROUP BY 1), paths AS MATERIALIZED (SELECT row_number() OVER () AS id, p, n FROM "
        "(SELECT p, "
        "count(*) AS n FROM (SELECT key, p FROM users WHERE p IS NOT NULL{}) GROUP BY p))",
        scope.key.item->sql,
        flow.before,
        flow.after,
        scope.time.item->sql,
        scope.order_sql(),
        event_name_sql(flow),
        start,
        scope_from_sql(scope, values),
        limit);
}

/// The name of each path in each layer, with rare events of a layer as "(other)". An event that is
/// called like one of our own nodes is told apart from it.
std::string with_layers(const Flow& flow) {
    return fmt::format(
        ", slots AS (SELECT id, n, unnest(range({0}, {1})) AS layer, unnest(p) AS name FROM paths)"
        ", frequent AS (SELECT layer, name FROM (SELECT layer, name, row_number() OVER (PARTITION "
        "BY layer ORDER BY sum(n) DESC, name) AS rank FROM slots WHERE name IS NOT NULL GROUP BY "
        "layer, name) WHERE rank <= {2})"
        ", named AS (SELECT s.id, s.n, s.layer, CASE WHEN s.name IS NULL THEN NULL WHEN f.name IS "
        "NULL THEN '{3}' WHEN s.name IN ('{3}', '{4}', '{5}') THEN s.name || ' (event)' ELSE "
        "s.name END AS name FROM slots AS s LEFT JOIN frequent AS f ON f.layer = s.layer AND "
        "f.name = s.name)",
        -flow.before,
        flow.after + 1,
        flow.events_per_layer,
        kOther,
        kEntry,
        kExit);
}

std::string layer_prefix_sql() {
    return "CASE WHEN layer < 0 THEN 'before_' || -layer || '_' WHEN layer = 0 THEN 'start_' ELSE "
           "'after_' || layer || '_' END";
}

/// Where each path is, layer by layer: `steps` of (id, n, layer, node, name).
std::string with_steps(const Flow& flow) {
    if (flow.is_sunburst) {
        // The way from the start is the node.
        return fmt::format(
            ", steps AS (SELECT id, n, layer, name, {} || way AS node FROM (SELECT *, "
            "string_agg(name, '{}') OVER (PARTITION BY id ORDER BY layer) AS way FROM named WHERE "
            "name IS NOT NULL))",
            layer_prefix_sql(),
            kArrow);
    }
    std::string sql = ", present AS (SELECT id, n, layer, name FROM named WHERE name IS NOT NULL)";
    std::string all = "SELECT id, n, layer, name FROM present";
    if (flow.has_exits) {
        all += fmt::format(
            " UNION ALL SELECT id, any_value(n), max(layer) + 1, '{}' FROM present GROUP BY id "
            "HAVING max(layer) < {}",
            kExit,
            flow.after);
        all += fmt::format(
            " UNION ALL SELECT id, any_value(n), min(layer) - 1, '{}' FROM present GROUP BY id "
            "HAVING min(layer) > {}",
            kEntry,
            -flow.before);
    }
    return sql + fmt::format(", steps AS (SELECT id, n, layer, name, {} || name AS node FROM ({}))",
                             layer_prefix_sql(),
                             all);
}

}  // namespace

Compiled compile_flow(const Flow& flow) {
    SqlValues values;
    std::string sql = with_paths(flow, values);
    sql += with_layers(flow);
    sql += with_steps(flow);
    sql +=
        ", nodes AS (SELECT node, any_value(name) AS name, layer, sum(n)::BIGINT AS value FROM "
        "steps GROUP BY node, layer)"
        ", links AS (SELECT a.node AS source, b.node AS target, a.layer, sum(a.n)::BIGINT AS value "
        "FROM steps AS a JOIN steps AS b ON b.id = a.id AND b.layer = a.layer + 1 GROUP BY ALL)"
        " SELECT (SELECT coalesce(list(struct_pack(id := node, name := name, layer := layer, "
        "value := value) ORDER BY layer, value DESC, node), []) FROM nodes) AS \"nodes\", "
        "(SELECT coalesce(list(struct_pack(source := source, target := target, value := value) "
        "ORDER BY layer, value DESC, source, target), []) FROM links) AS \"links\"";
    return {std::move(sql),
            values.take(),
            {{"nodes", ColumnRole::kOther, ValueType::kString},
             {"links", ColumnRole::kOther, ValueType::kString}}};
}

}  // namespace icelight::semantic
