#include "semantic/reply/annotation.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "semantic/compile.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

std::string full_title(const Cube& cube, const std::string& title) {
    return fmt::format("{} {}", cube.name, title);
}

json::object describe_dimension(const DimensionRef& ref, Dialect dialect) {
    json::object out;
    out["title"] =
        dialect == Dialect::kCube ? full_title(*ref.cube, ref.item->title) : ref.item->title;
    out["shortTitle"] = ref.item->title;
    out["type"] = value_type_name(ref.item->type);
    return out;
}

json::object describe_measure(const MeasureRef& ref, Dialect dialect) {
    json::object out;
    out["title"] =
        dialect == Dialect::kCube ? full_title(*ref.cube, ref.item->title) : ref.item->title;
    out["shortTitle"] = ref.item->title;
    out["type"] = measure_type_word(*ref.item, dialect);
    if (!ref.item->format.empty()) out["format"] = ref.item->format;
    if (dialect == Dialect::kCube) {
        out["drillMembers"] =
            json::array(ref.item->drill_members.begin(), ref.item->drill_members.end());
        out["drillMembersGrouped"] = drill_members_grouped(*ref.item);
    }
    return out;
}

}  // namespace

std::string_view measure_type_word(const Measure& measure, Dialect dialect) {
    return dialect == Dialect::kCube ? "number" : measure_type_name(measure.type);
}

json::object granularity_object(const Granularity& granularity) {
    json::object out{{"name", granularity.name},
                     {"title", granularity.title},
                     {"interval", granularity.interval()}};
    if (granularity.origin_us) out["origin"] = iso_ms(*granularity.origin_us);
    return out;
}

json::object drill_members_grouped(const Measure& measure) {
    return {
        {"measures", json::array()},
        {"dimensions", json::array(measure.drill_members.begin(), measure.drill_members.end())}};
}

json::object make_annotation(const Query& query) {
    json::object measures;
    for (const auto& ref : query.measures)
        measures[ref.full_name()] = describe_measure(ref, query.dialect);
    json::object dimensions;
    for (const auto& ref : query.dimensions)
        dimensions[ref.full_name()] = describe_dimension(ref, query.dialect);
    json::object segments;
    for (const auto& ref : query.segments) {
        segments[ref.full_name()] =
            json::object{{"title", ref.item->title}, {"shortTitle", ref.item->title}};
    }
    json::object times;
    for (std::size_t i = 0; i < query.time_dimensions.size(); ++i) {
        const auto& time = query.time_dimensions[i];
        if (!query.is_selected(time)) continue;
        auto described = describe_dimension(time.dimension, query.dialect);
        if (query.dialect == Dialect::kCube) times[time.dimension.full_name()] = described;
        if (time.granularity != nullptr) {
            if (query.dialect == Dialect::kCube) {
                described["granularity"] = granularity_object(*time.granularity);
            } else {
                described["granularity"] = time.granularity->name;
            }
        }
        times[time_column_name(query, i)] = std::move(described);
    }
    return {{"measures", std::move(measures)},
            {"dimensions", std::move(dimensions)},
            {"segments", std::move(segments)},
            {"timeDimensions", std::move(times)}};
}

}  // namespace icelight::semantic
