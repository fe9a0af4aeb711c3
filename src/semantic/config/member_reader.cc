#include "semantic/config/member_reader.h"

#include <array>

#include <fmt/format.h>

#include "semantic/dates/absolute_date.h"
#include "semantic/problem.h"

namespace icelight::semantic {
namespace {

constexpr double kCountMax = 1'000'000;

/// "`x` is no y; did you mean `z`?"
std::string unknown_text(std::string_view name,
                         std::string_view what,
                         const std::vector<std::string_view>& known) {
    const auto nearest = find_nearest(name, known);
    if (nearest.empty())
        return fmt::format("`{}` is not a {}; one of: {}", name, what, fmt::join(known, ", "));
    return fmt::format("`{}` is not a {}; did you mean `{}`?", name, what, nearest);
}

/// What every member has beside its name: title, description, and whether it is shown.
template <class Member>
Result<> read_common(YamlMap& map, Member& member) {
    ICE_ASSIGN(member.name, map.text("name"));
    ICE_ASSIGN(const auto title, map.find_text("title"));
    member.title = title.value_or(make_title(member.name));
    ICE_ASSIGN(const auto description, map.find_text("description"));
    member.description = description.value_or("");
    return {};
}

Result<Granularity> read_granularity(const YamlNode& node, std::string_view file) {
    ICE_ASSIGN(auto map, YamlMap::open(node, file));
    Granularity out;
    ICE_ASSIGN(out.name, read_name(map));
    if (find_granularity(calendar_granularities(), out.name) != nullptr)
        return map.fail_at("name", fmt::format("`{}` is the calendar's", out.name));
    ICE_ASSIGN(const auto title, map.find_text("title"));
    out.title = title.value_or(make_title(out.name));
    ICE_ASSIGN(const auto text, map.text("interval"));
    const auto interval = parse_interval(text);
    if (!interval) {
        return map.fail_at("interval",
                           fmt::format("`{}` is not an interval such as 15 minutes", text));
    }
    out.unit = interval->unit;
    out.count = interval->count;
    ICE_ASSIGN(const auto origin, map.find_text("origin"));
    ICE_ASSIGN(const auto offset, map.find_text("offset"));
    if (origin && offset) return map.fail_at("offset", "`origin` and `offset` exclude each other");
    out.origin_us = default_origin_us(out.unit);
    if (origin) {
        const auto date = parse_absolute_date(*origin);
        if (!date) {
            return map.fail_at("origin",
                               fmt::format("`{}` is not a date such as 2024-04-01", *origin));
        }
        out.origin_us = date->time_us;
    }
    if (offset) {
        const auto by = parse_interval(*offset);
        if (!by) {
            return map.fail_at("offset",
                               fmt::format("`{}` is not an interval such as 3 months", *offset));
        }
        out.origin_us = add_units(*out.origin_us, by->unit, by->count);
    }
    if (out.unit >= Unit::kMonth && floor_to(*out.origin_us, Unit::kMonth) != *out.origin_us)
        return map.fail_here("buckets of months and longer begin on the first of a month");
    ICE_TRY(map.refuse_unknown());
    return out;
}

Result<> read_window(YamlMap& map, Measure& measure) {
    const auto* node = map.find("window");
    if (!is_window(measure.type)) {
        if (node == nullptr) return {};
        return map.fail_at("window",
                           fmt::format("a {} has no window", measure_type_name(measure.type)));
    }
    if (node == nullptr) return map.fail_here("this type needs `window: {measure: ...}`");
    ICE_ASSIGN(auto window, YamlMap::open(*node, map.file()));
    ICE_ASSIGN(measure.window.measure, window.text("measure"));
    ICE_ASSIGN(const auto operation, window.find_text("operation"));
    if (operation) {
        using Operation = Window::Operation;
        constexpr std::array<std::pair<std::string_view, Operation>, 4> kOperations{
            {{"raw", Operation::kRaw},
             {"difference", Operation::kDifference},
             {"ratio", Operation::kRatio},
             {"percentChange", Operation::kPercentChange}}};
        for (const auto& [name, value] : kOperations) {
            if (name == *operation) measure.window.operation = value;
        }
        if (!measure.window.operation) {
            return window.fail_at(
                "operation",
                unknown_text(
                    *operation, "operation", {"raw", "difference", "ratio", "percentChange"}));
        }
    }
    const auto whole = [&](std::string_view key, std::int64_t& out) -> Result<> {
        ICE_ASSIGN(const auto number, window.number(key, 1, kCountMax, static_cast<double>(out)));
        out = static_cast<std::int64_t>(number);
        return {};
    };
    ICE_TRY(whole("offset", measure.window.offset));
    ICE_TRY(whole("buckets", measure.window.buckets));
    ICE_TRY(whole("preceding", measure.window.preceding));
    return window.refuse_unknown();
}

Result<> read_measure_filters(YamlMap& map, Measure& measure) {
    ICE_ASSIGN(const auto list, map.list("filters"));
    for (const auto* item : list) {
        ICE_ASSIGN(auto filter, YamlMap::open(*item, map.file()));
        ICE_ASSIGN(auto sql, filter.text("sql"));
        ICE_TRY(filter.refuse_unknown());
        measure.filters.push_back(std::move(sql));
    }
    return {};
}

Result<MeasureType> read_measure_type(YamlMap& map) {
    ICE_ASSIGN(const auto name, map.text("type"));
    const auto type = find_measure_type(name);
    if (type) return *type;
    return map.fail_at("type", unknown_text(name, "type of measure", measure_type_names()));
}

/// What a measure of the type is made of.
Result<> read_measure_sql(YamlMap& map, CubeEntry& entry, Measure& measure) {
    ICE_ASSIGN(const auto sql, map.find_text("sql"));
    const bool may_be_without = measure.type == MeasureType::kCount || is_window(measure.type);
    if (!sql && !may_be_without)
        return map.fail_here(fmt::format("a {} needs `sql`", measure_type_name(measure.type)));
    if (sql && is_window(measure.type))
        return map.fail_at("sql", "a measure over rows of groups is made of `window.measure`");
    const bool is_of_measures =
        measure.type == MeasureType::kNumber || measure.type == MeasureType::kCalculated;
    if (is_of_measures && !measure.filters.empty())
        return map.fail_at("filters", "put the filters on the measures that it is made of");
    if (is_of_measures) {
        entry.measure_texts[measure.name] = sql.value_or("");
    } else {
        measure.sql = sql.value_or("");
    }
    return {};
}

}  // namespace

Result<std::string> read_name(YamlMap& map) {
    ICE_ASSIGN(auto name, map.text("name"));
    if (is_identifier(name)) return name;
    return map.fail_at("name", fmt::format("`{}` is not a name: letters, digits and _", name));
}

Result<ValueType> read_value_type(YamlMap& map, bool may_be_time) {
    ICE_ASSIGN(const auto name, map.find_text("type"));
    if (!name || *name == "string") return ValueType::kString;
    if (*name == "number") return ValueType::kNumber;
    if (*name == "boolean") return ValueType::kBoolean;
    if (*name == "time" && may_be_time) return ValueType::kTime;
    std::vector<std::string_view> known{"string", "number", "boolean"};
    if (may_be_time) known.emplace_back("time");
    return map.fail_at("type", unknown_text(*name, "type", known));
}

Result<Dimension> read_dimension(YamlMap& map, CubeEntry& entry) {
    Dimension dimension;
    ICE_TRY(read_common(map, dimension));
    ICE_ASSIGN(dimension.type, read_value_type(map, true));
    ICE_ASSIGN(const auto sql, map.find_text("sql"));
    dimension.sql = sql.value_or(fmt::format("{{CUBE}}.\"{}\"", dimension.name));
    ICE_ASSIGN(dimension.is_primary_key, map.flag("primary_key", false));
    ICE_ASSIGN(dimension.is_shown, map.flag("shown", true));
    ICE_ASSIGN(const auto granularities, map.list("granularities"));
    if (!granularities.empty() && dimension.type != ValueType::kTime)
        return map.fail_at("granularities", "only a time has granularities");
    for (const auto* node : granularities) {
        ICE_ASSIGN(auto granularity, read_granularity(*node, entry.file));
        if (find_granularity(dimension.granularities, granularity.name) != nullptr) {
            return map.fail_at("granularities",
                               fmt::format("`{}` is there twice", granularity.name));
        }
        dimension.granularities.push_back(std::move(granularity));
    }
    return dimension;
}

Result<Measure> read_measure(YamlMap& map, CubeEntry& entry) {
    Measure measure;
    ICE_TRY(read_common(map, measure));
    ICE_ASSIGN(measure.type, read_measure_type(map));
    ICE_TRY(read_measure_filters(map, measure));
    ICE_TRY(read_measure_sql(map, entry, measure));
    ICE_TRY(read_window(map, measure));
    if (map.find("percentile") != nullptr && measure.type != MeasureType::kPercentile)
        return map.fail_at("percentile", "only a measure of type percentile has one");
    ICE_ASSIGN(measure.percentile, map.number("percentile", 0, 1, 0.5));
    ICE_ASSIGN(const auto format, map.find_text("format"));
    measure.format = format.value_or("");
    if (format && *format != "number" && *format != "percent" && *format != "currency") {
        return map.fail_at("format",
                           unknown_text(*format, "format", {"number", "percent", "currency"}));
    }
    ICE_ASSIGN(const auto drill_members, map.list("drill_members"));
    for (const auto* node : drill_members) {
        const auto& name = node->text;
        measure.drill_members.push_back(
            name.find('.') == std::string::npos ? entry.cube.name + '.' + name : name);
    }
    ICE_ASSIGN(measure.is_shown, map.flag("shown", true));
    return measure;
}

Result<Segment> read_segment(YamlMap& map, CubeEntry& /*entry*/) {
    Segment segment;
    ICE_TRY(read_common(map, segment));
    ICE_ASSIGN(segment.sql, map.text("sql"));
    return segment;
}

Result<Join> read_join(YamlMap& map) {
    Join join;
    ICE_ASSIGN(join.target, read_name(map));
    ICE_ASSIGN(const auto name, map.text("relationship"));
    constexpr std::array<std::pair<std::string_view, Relationship>, 6> kNames{
        {{"belongsTo", Relationship::kBelongsTo},
         {"hasOne", Relationship::kHasOne},
         {"hasMany", Relationship::kHasMany},
         {"many_to_one", Relationship::kBelongsTo},
         {"one_to_one", Relationship::kHasOne},
         {"one_to_many", Relationship::kHasMany}}};
    std::vector<std::string_view> known;
    const Relationship* found = nullptr;
    for (const auto& [word, relationship] : kNames) {
        known.push_back(word);
        if (word == name) found = &relationship;
    }
    if (found == nullptr)
        return map.fail_at("relationship", unknown_text(name, "relationship", known));
    join.relationship = *found;
    ICE_ASSIGN(join.sql, map.text("sql"));
    return join;
}

}  // namespace icelight::semantic
