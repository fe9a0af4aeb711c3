#include "semantic/path/event_scope.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "semantic/rows/joins.h"

namespace icelight::semantic {
namespace {

constexpr std::size_t kBindingsMax = 16;
constexpr std::size_t kDimensionsMax = 4;

/// A name, or [{cube, dimension}] of one cube. Empty when absent.
Checked<std::string> read_binding(ObjectReader& mode, std::string_view key) {
    const auto* const value = mode.find(key);
    if (value == nullptr) return std::string();
    if (!value->is_array()) return read_string(*value, mode.at(key));
    ICE_ASSIGN(const auto* const list, mode.find_array(key, kBindingsMax));
    const Place place = mode.at(key);
    std::string name;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Place item_place(place, i);
        ICE_ASSIGN(auto item, ObjectReader::open((*list)[i], item_place));
        ICE_ASSIGN(const std::string cube, item.string("cube"));
        ICE_ASSIGN(std::string dimension, item.string("dimension"));
        if (dimension.find('.') == std::string::npos) dimension.insert(0, cube + '.');
        if (!name.empty() && name != dimension) {
            return refuse("all steps must be of one cube: events of several are not put in order",
                          item_place.pointer());
        }
        name = std::move(dimension);
    }
    if (name.empty()) return refuse("`" + std::string(key) + "` is an empty list", place.pointer());
    return name;
}

const Cube* find_stream_cube(const Model& model) {
    for (const Cube& cube : model.cubes()) {
        if (cube.event_stream) return &cube;
    }
    return nullptr;
}

/// The cube whose rows are the events, and its own name for what is absent.
Checked<> read_members(ObjectReader& mode, const Model& model, EventScope& scope) {
    ICE_ASSIGN(std::string key, read_binding(mode, "bindingKey"));
    ICE_ASSIGN(std::string time, read_binding(mode, "timeDimension"));
    if (!key.empty()) {
        ICE_ASSIGN(scope.key, model.dimension(key, mode.at("bindingKey").pointer()));
        if (scope.key.cube->event_stream) scope.cube = scope.key.cube;
    }
    if (!time.empty()) {
        ICE_ASSIGN(scope.time, model.dimension(time, mode.at("timeDimension").pointer()));
        scope.cube = scope.time.cube;
    }
    if (scope.cube == nullptr) scope.cube = find_stream_cube(model);
    if (scope.cube == nullptr || !scope.cube->event_stream) {
        return refuse("this needs a cube with an event stream", mode.place().pointer());
    }
    const auto& stream = *scope.cube->event_stream;
    scope.from = fmt::format("{} AS {}", scope.cube->from, quote_name(scope.cube->name));
    if (scope.key.item == nullptr) {
        scope.key = {scope.cube, scope.cube->find_dimension(stream.binding_key)};
    }
    if (scope.time.item == nullptr) {
        scope.time = {scope.cube, scope.cube->find_dimension(stream.time_dimension)};
    }
    if (scope.time.item->type != ValueType::kTime) {
        return refuse("`" + scope.time.full_name() + "` is not a time",
                      mode.at("timeDimension").pointer());
    }
    return scope.use(*scope.key.cube, model, mode.at("bindingKey").pointer());
}

Checked<> read_zone(ObjectReader& query, EventScope& scope) {
    ICE_ASSIGN(const auto name, query.find_string("timezone"));
    if (!name) return {};
    const auto zone = Zone::find(*name);
    if (!zone) {
        return refuse(fmt::format("`{}` is not a time zone; \"Europe/Berlin\" is one", *name),
                      query.at("timezone").pointer());
    }
    scope.zone = *zone;
    return {};
}

Checked<> read_time_dimensions(ObjectReader& query,
                               const QueryContext& context,
                               const FilterContext& filters,
                               EventScope& scope,
                               Warnings& warnings) {
    ICE_ASSIGN(const auto* const list, query.find_array("timeDimensions", 1));
    if (list == nullptr || list->empty()) return {};
    const Place list_place = query.at("timeDimensions");
    const Place place(list_place, 0);
    ICE_ASSIGN(auto item, ObjectReader::open(list->front(), place));
    ICE_ASSIGN(const std::string name, item.string("dimension"));
    const auto pointer = item.at("dimension").pointer();
    ICE_ASSIGN(const auto time, context.model.dimension(name, pointer));
    if (!(time == scope.time)) {
        return refuse(fmt::format("here only `{}` can be limited", scope.time.full_name()),
                      pointer);
    }
    const auto* const range = item.find("dateRange");
    if (range != nullptr) {
        ICE_ASSIGN(scope.range, read_date_range(*range, item.at("dateRange"), filters.dates));
    }
    item.warn_unknown(warnings);
    return {};
}

Checked<> read_segments(ObjectReader& query, const Model& model, EventScope& scope) {
    ICE_ASSIGN(const auto* const list, query.find_array("segments", kMembersMax));
    if (list == nullptr) return {};
    const Place place = query.at("segments");
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Place item_place(place, i);
        ICE_ASSIGN(const std::string name, read_string((*list)[i], item_place));
        ICE_ASSIGN(const auto segment, model.segment(name, item_place.pointer()));
        ICE_TRY(scope.use(*segment.cube, model, item_place.pointer()));
        scope.segments.push_back(segment);
    }
    return {};
}

/// Members that mean nothing beside a mode must be absent or empty.
Checked<> refuse_members(ObjectReader& query) {
    for (const char* key : {"measures", "dimensions"}) {
        ICE_ASSIGN(const auto* const list, query.find_array(key, kMembersMax));
        if (list == nullptr || list->empty()) continue;
        return refuse(fmt::format("`{}` cannot stand beside `funnel`, `flow` or `retention`", key),
                      query.at(key).pointer());
    }
    return {};
}

}  // namespace

std::string EventScope::order_sql() const {
    const auto order = cube->event_stream ? cube->event_stream->order_sql : std::string();
    return order.empty() ? "-1" : fmt::format("coalesce({}, -1)", order);
}

Checked<> EventScope::use(const Cube& other, const Model& model, std::string pointer) {
    if (&other == cube || std::find(joined.begin(), joined.end(), &other) != joined.end())
        return {};
    auto wanted = joined;
    wanted.push_back(&other);
    auto tree = find_joins(model, *cube, wanted);
    if (!tree) return refuse(std::move(tree.error().message), std::move(pointer));
    if (tree->is_multiplied) {
        return refuse(
            fmt::format("an event of {} meets many rows of {}: it would be there more than once",
                        cube->name,
                        other.name),
            std::move(pointer));
    }
    joined = std::move(wanted);
    from = std::move(tree->sql);
    return {};
}

FilterContext filter_context(const EventScope& scope,
                             const QueryContext& context,
                             Warnings& warnings) {
    const auto grammar =
        context.dialect == Dialect::kCube ? DateGrammar::kCube : DateGrammar::kDrizzle;
    return {context.model, {context.now_us, &scope.zone, grammar}, context.dialect, warnings};
}

Checked<EventScope> read_event_scope(ObjectReader& query,
                                     ObjectReader& mode,
                                     const QueryContext& context,
                                     Warnings& warnings) {
    EventScope scope;
    ICE_TRY(refuse_members(query));
    ICE_TRY(read_members(mode, context.model, scope));
    ICE_TRY(read_zone(query, scope));
    const auto filters = filter_context(scope, context, warnings);
    ICE_TRY(read_time_dimensions(query, context, filters, scope, warnings));
    ICE_TRY(read_segments(query, context.model, scope));
    ICE_ASSIGN(scope.filters,
               read_event_filter(query.find("filters"), query.at("filters"), scope, filters));
    return scope;
}

Checked<Filter> read_event_filter(const boost::json::value* filter,
                                  const Place& place,
                                  EventScope& scope,
                                  const FilterContext& context) {
    ICE_ASSIGN(Filter read, parse_filters(filter, place, context));
    if (has_measure(read)) {
        return refuse("events are filtered by dimensions, not by measures", place.pointer());
    }
    Checked<> usable;
    visit_dimensions(read, [&](const DimensionRef& dimension) {
        if (usable) usable = scope.use(*dimension.cube, context.model, place.pointer());
    });
    ICE_TRY(usable);
    return read;
}

Checked<EventStep> read_event_step(ObjectReader& reader,
                                   EventScope& scope,
                                   const FilterContext& context) {
    EventStep step;
    ICE_ASSIGN(step.name, reader.find_string("name"));
    ICE_ASSIGN(const auto cube, reader.find_string("cube"));
    if (cube && *cube != scope.cube->name) {
        return refuse(fmt::format("all steps must be of the cube {}", scope.cube->name),
                      reader.at("cube").pointer());
    }
    ICE_ASSIGN(step.filter,
               read_event_filter(reader.find("filter"), reader.at("filter"), scope, context));
    return step;
}

Checked<DimensionRef> read_event_dimension(std::string_view name,
                                           std::string pointer,
                                           EventScope& scope,
                                           const Model& model) {
    ICE_ASSIGN(const auto dimension, model.dimension(name, pointer));
    ICE_TRY(scope.use(*dimension.cube, model, std::move(pointer)));
    return dimension;
}

Checked<std::vector<DimensionRef>> read_event_dimensions(ObjectReader& reader,
                                                         std::string_view key,
                                                         EventScope& scope,
                                                         const Model& model) {
    std::vector<DimensionRef> dimensions;
    ICE_ASSIGN(const auto* const list, reader.find_array(key, kDimensionsMax));
    if (list == nullptr) return dimensions;
    const Place place = reader.at(key);
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Place item_place(place, i);
        ICE_ASSIGN(const std::string name, read_string((*list)[i], item_place));
        ICE_ASSIGN(const auto dimension,
                   read_event_dimension(name, item_place.pointer(), scope, model));
        dimensions.push_back(dimension);
    }
    return dimensions;
}

std::string scope_from_sql(const EventScope& scope, SqlValues& values) {
    const auto& key = scope.key.item->sql;
    const auto& time = scope.time.item->sql;
    std::string sql = fmt::format("FROM {} WHERE {} IS NOT NULL", scope.from, key);
    if (scope.range) {
        sql += fmt::format(" AND {} >= {} AND {} < {}",
                           time,
                           time_literal(scope.range->start_us),
                           time,
                           time_literal(scope.range->end_us));
    }
    for (const auto& segment : scope.segments) {
        sql += fmt::format(" AND ({})", segment.item->sql);
    }
    const auto filter = filter_sql(scope.filters, values);
    if (!filter.empty()) sql += fmt::format(" AND ({})", filter);
    return sql;
}

std::string condition_sql(const Filter& filter, SqlValues& values) {
    auto sql = filter_sql(filter, values);
    return sql.empty() ? "true" : sql;
}

}  // namespace icelight::semantic
