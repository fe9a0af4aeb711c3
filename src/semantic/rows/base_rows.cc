#include "semantic/rows/base_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "semantic/rows/measure_sql.h"

namespace icelight::semantic {
namespace {

void add_once(std::vector<const Cube*>& cubes, const Cube* cube) {
    if (std::find(cubes.begin(), cubes.end(), cube) == cubes.end()) cubes.push_back(cube);
}

bool is_count(MeasureType type) {
    return type == MeasureType::kCount || type == MeasureType::kCountDistinct ||
           type == MeasureType::kCountDistinctApprox;
}

/// A measure's column of the union: every part but one has NULL there.
std::string together_sql(const MeasureRef& measure) {
    const auto value = fmt::format("any_value({})", quote_name(measure.full_name()));
    return is_count(measure.item->type) ? fmt::format("coalesce({}, 0)", value) : value;
}

}  // namespace

std::string local_time_sql(const std::string& time, const Zone& zone) {
    // The first needs no calendar and is several times cheaper.
    if (zone.is_utc()) return fmt::format("make_timestamp(epoch_us({}))", time);
    return fmt::format("timezone({}, {})", quote_text(zone.name()), time);
}

std::string local_literal(std::int64_t local_us) {
    const auto literal = time_literal(local_us);  // TIMESTAMPTZ '... +00'
    return "TIMESTAMP '" + literal.substr(13, literal.size() - 13 - 4) + "'";
}

std::string bucket_sql(const std::string& time, const Granularity& granularity, const Zone& zone) {
    const auto local = local_time_sql(time, zone);
    if (!granularity.origin_us)
        return fmt::format("date_trunc('{}', {})", unit_name(granularity.unit), local);
    return fmt::format("time_bucket(INTERVAL {}, {}, {})",
                       granularity.interval(),
                       local,
                       local_literal(*granularity.origin_us));
}

std::vector<const Cube*> BaseRows::cubes() const {
    std::vector<const Cube*> all;
    for (const auto& dimension : query_.dimensions)
        add_once(all, dimension.cube);
    for (const auto& time : query_.time_dimensions)
        add_once(all, time.dimension.cube);
    for (const auto& measure : query_.measures)
        add_once(all, measure.cube);
    for (const auto& segment : query_.segments)
        add_once(all, segment.cube);
    visit_dimensions(query_.filters, [&](const DimensionRef& d) { add_once(all, d.cube); });
    visit_measures(query_.filters, [&](const MeasureRef& m) { add_once(all, m.cube); });
    for (const auto& item : query_.order) {
        if (item.measure.item != nullptr) add_once(all, item.measure.cube);
    }
    return all;
}

Checked<> BaseRows::plan_joins() {
    const auto all = cubes();
    std::vector<const Cube*> roots;
    for (const auto& measure : query_.measures)
        add_once(roots, measure.cube);
    visit_measures(query_.filters, [&](const MeasureRef& m) { add_once(roots, m.cube); });
    for (const auto& item : query_.order) {
        if (item.measure.item != nullptr) add_once(roots, item.measure.cube);
    }
    if (!roots.empty()) {
        for (const auto* root : roots) {
            ICE_ASSIGN(auto tree, find_joins(model_, *root, all));
            trees_.push_back(std::move(tree));
        }
    } else {
        // Dimensions only: the side that meets one row of each other is the finest.
        for (const auto* root : all) {
            ICE_ASSIGN(auto tree, find_joins(model_, *root, all));
            trees_.push_back(std::move(tree));
            if (!trees_.back().is_multiplied) break;
        }
        trees_ = {trees_.back()};
    }
    const bool is_multiplied = std::any_of(
        trees_.begin(), trees_.end(), [](const JoinTree& tree) { return tree.is_multiplied; });
    if (query_.is_ungrouped && (is_multiplied || trees_.size() > 1)) {
        return refuse("an ungrouped query cannot go from one row to many", "/ungrouped");
    }
    return {};
}

void BaseRows::add_group(const std::string& name, const std::string& sql) {
    items_.push_back({name, sql, {}});
}

void BaseRows::add_measure(const MeasureRef& measure) {
    items_.push_back({measure.full_name(), {}, measure});
}

void BaseRows::add_having(const Filter& filter) {
    having_.children.push_back(filter);
    if (trees_.size() < 2) return;
    visit_measures(filter, [this](const MeasureRef& m) {
        hidden_.push_back({m.full_name(), {}, m});
    });
}

std::vector<std::string> BaseRows::group_names() const {
    std::vector<std::string> names;
    for (const auto& item : items_) {
        if (item.is_group()) names.push_back(item.name);
    }
    return names;
}

std::vector<std::string> BaseRows::measure_names() const {
    std::vector<std::string> names;
    for (const auto& item : items_) {
        if (!item.is_group()) names.push_back(item.name);
    }
    return names;
}

std::string BaseRows::value_sql(const MeasureRef& measure) const {
    return query_.is_ungrouped ? row_value_sql(*measure.item)
                               : aggregate_sql(measure, query_.dialect);
}

std::string BaseRows::where(SqlValues& values) const {
    std::vector<std::string> conditions;
    for (const auto& time : query_.time_dimensions) {
        const DateRange* range = time.range ? &*time.range : nullptr;
        if (!time.compared.empty()) range = period_;
        if (range == nullptr) continue;
        conditions.push_back(fmt::format("{0} >= {1} AND {0} < {2}",
                                         time.dimension.item->sql,
                                         time_literal(range->start_us),
                                         time_literal(range->end_us)));
    }
    const auto split = split_filters(query_.filters);
    for (const auto& filter : split.dimensions.children) {
        auto condition = filter_sql(filter, values);
        if (!condition.empty()) conditions.push_back(std::move(condition));
    }
    for (const auto& segment : query_.segments)
        conditions.push_back(fmt::format("({})", segment.item->sql));
    if (conditions.empty()) return {};
    return fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
}

std::string BaseRows::group_by(const std::vector<const Item*>& items) const {
    if (query_.is_ungrouped) return {};
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i]->is_group()) positions.push_back(i + 1);
    }
    if (positions.empty()) return {};
    return fmt::format(" GROUP BY {}", fmt::join(positions, ", "));
}

std::string BaseRows::having(SqlValues& values, const MeasureSql& measure_sql) const {
    const auto condition = filter_sql(having_, values, measure_sql);
    return condition.empty() ? std::string() : " HAVING " + condition;
}

std::string BaseRows::write_part(const JoinTree& tree,
                                 const std::vector<const Item*>& items,
                                 SqlValues& values) const {
    std::vector<std::string> columns;
    std::vector<std::string> groups;
    for (const auto* item : items) {
        const auto name = quote_name(item->name);
        if (!item->is_group()) {
            columns.push_back(fmt::format("{} AS {}", value_sql(item->measure), name));
            continue;
        }
        groups.push_back(fmt::format("{} AS {}", item->sql, name));
        columns.push_back(tree.is_multiplied ? name : groups.back());
    }
    std::string from = tree.sql + where(values);
    if (tree.is_multiplied) {
        const auto root = quote_name(tree.root->name);
        groups.push_back(root + ".*");
        from =
            fmt::format("(SELECT DISTINCT {} FROM {}) AS {}", fmt::join(groups, ", "), from, root);
    }
    return fmt::format("SELECT {} FROM {}{}", fmt::join(columns, ", "), from, group_by(items));
}

std::string BaseRows::write(SqlValues& values) const {
    if (trees_.size() > 1) return write_together(values);
    std::vector<const Item*> items;
    items.reserve(items_.size());
    for (const auto& item : items_)
        items.push_back(&item);
    auto sql = write_part(trees_.front(), items, values);
    return sql + having(values, [this](const MeasureRef& m) { return value_sql(m); });
}

/// What the part of one cube has: all groups, and the measures of that cube once each.
std::vector<const BaseRows::Item*> BaseRows::items_of(const JoinTree& tree) const {
    std::vector<const Item*> items;
    for (const auto* list : {&items_, &hidden_}) {
        for (const auto& item : *list) {
            const bool is_there = std::any_of(items.begin(), items.end(), [&](const Item* other) {
                return other->name == item.name;
            });
            if (!is_there && (item.is_group() || item.measure.cube == tree.root))
                items.push_back(&item);
        }
    }
    return items;
}

std::string BaseRows::write_together(SqlValues& values) const {
    std::vector<std::string> parts;
    parts.reserve(trees_.size());
    for (const auto& tree : trees_)
        parts.push_back(fmt::format("({})", write_part(tree, items_of(tree), values)));
    std::vector<std::string> columns;
    std::vector<const Item*> items;
    for (const auto& item : items_) {
        items.push_back(&item);
        const auto name = quote_name(item.name);
        columns.push_back(
            item.is_group() ? name : fmt::format("{} AS {}", together_sql(item.measure), name));
    }
    return fmt::format("SELECT {} FROM ({}) AS parts{}{}",
                       fmt::join(columns, ", "),
                       fmt::join(parts, " UNION ALL BY NAME "),
                       group_by(items),
                       having(values, together_sql));
}

}  // namespace icelight::semantic
