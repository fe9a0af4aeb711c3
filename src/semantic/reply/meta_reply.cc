#include "semantic/reply/meta_reply.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "semantic/reply/annotation.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

std::string_view relationship_name(Relationship relationship) {
    switch (relationship) {
        case Relationship::kBelongsTo:
            return "belongsTo";
        case Relationship::kHasOne:
            return "hasOne";
        case Relationship::kHasMany:
            return "hasMany";
    }
    return "belongsTo";
}

class MetaWriter {
public:
    explicit MetaWriter(Dialect dialect) : is_cube_(dialect == Dialect::kCube), dialect_(dialect) {}

    json::object cube(const Cube& cube) const;

private:
    template <class Item>
    json::object member(const Cube& cube, const Item& item) const {
        json::object out;
        out["name"] = cube.name + '.' + item.name;
        out["title"] = is_cube_ ? cube.name + ' ' + item.title : item.title;
        out["shortTitle"] = item.title;
        if (!item.description.empty()) out["description"] = item.description;
        if (is_cube_) {
            out["aliasName"] = fmt::format("{}.{}", cube.name, item.name);
            out["isVisible"] = true;
            out["public"] = true;
        }
        return out;
    }

    json::object measure(const Cube& cube, const Measure& measure) const;
    json::object dimension(const Cube& cube, const Dimension& dimension) const;
    json::array relationships(const Cube& cube) const;

    bool is_cube_;
    Dialect dialect_;
};

json::object MetaWriter::measure(const Cube& cube, const Measure& measure) const {
    auto out = member(cube, measure);
    out["type"] = measure_type_word(measure, dialect_);
    if (!measure.format.empty()) out["format"] = measure.format;
    out["drillMembers"] = json::array(measure.drill_members.begin(), measure.drill_members.end());
    if (!is_cube_) return out;
    out["aggType"] = measure_type_name(measure.type);
    out["drillMembersGrouped"] = drill_members_grouped(measure);
    out["cumulative"] = measure.type == MeasureType::kRunningTotal;
    out["cumulativeTotal"] = measure.type == MeasureType::kRunningTotal;
    return out;
}

json::object MetaWriter::dimension(const Cube& cube, const Dimension& dimension) const {
    auto out = member(cube, dimension);
    out["type"] = value_type_name(dimension.type);
    if (is_cube_) {
        out["primaryKey"] = dimension.is_primary_key;
        out["suggestFilterValues"] = true;
    }
    if (dimension.type != ValueType::kTime) return out;
    json::array granularities;
    const auto add = [&](const Granularity& granularity) {
        if (is_cube_) {
            granularities.push_back(granularity_object(granularity));
        } else {
            granularities.emplace_back(granularity.name);
        }
    };
    const auto& calendar = calendar_granularities();
    std::for_each(calendar.rbegin(), calendar.rend(), add);
    std::for_each(dimension.granularities.begin(), dimension.granularities.end(), add);
    out["granularities"] = std::move(granularities);
    return out;
}

json::array MetaWriter::relationships(const Cube& cube) const {
    json::array out;
    for (const auto& join : cube.joins) {
        json::array fields;
        if (!join.source_column.empty()) {
            fields.push_back(json::object{{"sourceField", join.source_column},
                                          {"targetField", join.target_column}});
        }
        out.push_back(json::object{{"targetCube", join.target},
                                   {"relationship", relationship_name(join.relationship)},
                                   {"joinFields", std::move(fields)}});
    }
    return out;
}

json::object MetaWriter::cube(const Cube& cube) const {
    json::array measures;
    for (const auto& item : cube.measures) {
        if (item.is_shown) measures.push_back(measure(cube, item));
    }
    json::array dimensions;
    for (const auto& item : cube.dimensions) {
        if (item.is_shown) dimensions.push_back(dimension(cube, item));
    }
    json::array segments;
    for (const auto& item : cube.segments)
        segments.push_back(member(cube, item));
    json::object out{{"name", cube.name},
                     {"title", cube.title},
                     {"measures", std::move(measures)},
                     {"dimensions", std::move(dimensions)},
                     {"segments", std::move(segments)},
                     {"hierarchies", json::array()}};
    if (!cube.description.empty()) out["description"] = cube.description;
    if (is_cube_) {
        out["type"] = "cube";
        out["public"] = true;
        out["isVisible"] = true;
        out["connectedComponent"] = 1;
        out["folders"] = json::array();
        out["nestedFolders"] = json::array();
    } else {
        out["relationships"] = relationships(cube);
    }
    if (cube.event_stream) {
        out["meta"] = json::object{
            {"eventStream",
             json::object{
                 {"bindingKey", fmt::format("{}.{}", cube.name, cube.event_stream->binding_key)},
                 {"timeDimension",
                  fmt::format("{}.{}", cube.name, cube.event_stream->time_dimension)}}}};
    }
    return out;
}

}  // namespace

std::string meta_reply(const Model& model, Dialect dialect) {
    const MetaWriter writer(dialect);
    json::array cubes;
    for (const auto& cube : model.cubes()) {
        const bool has_members = !cube.measures.empty() || !cube.dimensions.empty();
        if (has_members) cubes.push_back(writer.cube(cube));  // others only tie cubes together
    }
    json::object out{{"cubes", std::move(cubes)}};
    if (dialect == Dialect::kDrizzle) out["queryGuidance"] = json::object();
    return json::serialize(out);
}

}  // namespace icelight::semantic
