#include "semantic/filter/filter.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "semantic/filter/filter_value.h"
#include "semantic/filter/pattern.h"
#include "semantic/object_reader.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

/// One call of parse_filters(): what it knows and how much it has read.
class FilterParser {
public:
    explicit FilterParser(const FilterContext& context) : context_(context) {}

    /// A filter, or nothing when it was left out with a warning.
    using Parsed = Checked<std::optional<Filter>>;

    Parsed parse(const json::value& value, const Place& place, int depth);
    Checked<Filter> list(const json::array& items,
                         Filter::Kind kind,
                         const Place& place,
                         int depth);

private:
    Parsed group(ObjectReader& reader, const json::object& object, int depth);
    Parsed leaf(ObjectReader& reader, int depth);
    Parsed measure_filter(const ObjectReader& reader, const Filter& filter, int depth) const;
    Checked<> read_values(ObjectReader& reader, const OperatorRule& rule, Filter& filter);
    Checked<> read_dates(const json::array& values, const Place& place, Filter& filter);
    Checked<> read_range(const json::value& value, const Place& place, Filter& filter);
    ValueType type_of(const Filter& filter) const;
    Checked<> find_member(ObjectReader& reader, Filter& filter);

    const FilterContext& context_;
    std::size_t count_ = 0;
};

FilterParser::Parsed FilterParser::parse(const json::value& value, const Place& place, int depth) {
    if (++count_ > kFiltersMax)
        return refuse(fmt::format("more than {} filters", kFiltersMax), place.pointer());
    if (depth > kFilterDepthMax) {
        return refuse(fmt::format("filters are nested deeper than {}", kFilterDepthMax),
                      place.pointer());
    }
    ICE_ASSIGN(auto reader, ObjectReader::open(value, place));
    const auto& object = value.get_object();
    const bool is_group =
        object.contains("and") || object.contains("or") || object.contains("filters");
    auto parsed = is_group ? group(reader, object, depth) : leaf(reader, depth);
    if (parsed) reader.warn_unknown(context_.warnings);
    return parsed;
}

FilterParser::Parsed FilterParser::group(ObjectReader& reader,
                                         const json::object& object,
                                         int depth) {
    std::string_view key = "filters";
    Filter::Kind kind = Filter::Kind::kAnd;
    if (object.contains("filters")) {
        ICE_ASSIGN(const auto type, reader.string("type"));
        if (type != "and" && type != "or") {
            return refuse_name(fmt::format("`{}` is no kind of group; `and` and `or` are", type),
                               reader.at("type").pointer(),
                               type,
                               {"and", "or"});
        }
        if (type == "or") kind = Filter::Kind::kOr;
    } else {
        if (object.contains("and") && object.contains("or")) {
            return refuse("a group is either `and` or `or`: put one into the other",
                          reader.place().pointer());
        }
        key = object.contains("or") ? "or" : "and";
        if (key == "or") kind = Filter::Kind::kOr;
    }
    ICE_ASSIGN(const auto* items, reader.find_array(key, kFiltersMax));
    if (items == nullptr)
        return refuse(fmt::format("`{}` must be a list", key), reader.at(key).pointer());
    const Place place = reader.at(key);
    ICE_ASSIGN(auto filter, list(*items, kind, place, depth + 1));
    if (filter.children.empty()) {
        if (items->empty() && kind == Filter::Kind::kOr) {
            context_.warnings.push_back(
                {"NO_EFFECT", "an `or` of nothing was left out", place.pointer()});
        }
        return std::optional<Filter>();
    }
    const auto measures = std::count_if(filter.children.begin(),
                                        filter.children.end(),
                                        [](const Filter& f) { return has_measure(f); });
    if (measures != 0 && measures != static_cast<std::ptrdiff_t>(filter.children.size())) {
        return refuse("a group may not mix filters on dimensions and on measures", place.pointer());
    }
    return std::optional<Filter>(std::move(filter));
}

Checked<Filter> FilterParser::list(const json::array& items,
                                   Filter::Kind kind,
                                   const Place& place,
                                   int depth) {
    Filter filter;
    filter.kind = kind;
    for (std::size_t i = 0; i < items.size(); ++i) {
        ICE_ASSIGN(auto child, parse(items[i], Place(place, i), depth));
        if (child) filter.children.push_back(std::move(*child));
    }
    return filter;
}

ValueType FilterParser::type_of(const Filter& filter) const {
    return filter.kind == Filter::Kind::kMeasure ? ValueType::kNumber : filter.dimension.item->type;
}

Checked<> FilterParser::find_member(ObjectReader& reader, Filter& filter) {
    const std::string_view key = reader.find("member") != nullptr ? "member" : "dimension";
    ICE_ASSIGN(const auto name, reader.find_string(key));
    if (!name) return refuse("a filter needs `member`", reader.place().pointer());
    filter.measure = context_.model.find_measure(*name);
    if (filter.measure.item != nullptr) {
        filter.kind = Filter::Kind::kMeasure;
        return {};
    }
    filter.kind = Filter::Kind::kDimension;
    ICE_ASSIGN(filter.dimension, context_.model.dimension(*name, reader.at(key).pointer()));
    return {};
}

/// What Cube's client puts into a drill-down: the rows that count for the measure. For a measure
/// without conditions these are all, which an empty kAnd says.
FilterParser::Parsed FilterParser::measure_filter(const ObjectReader& reader,
                                                  const Filter& filter,
                                                  int depth) const {
    const auto place = reader.at("operator").pointer();
    if (filter.kind != Filter::Kind::kMeasure)
        return refuse("`measureFilter` works on a measure only", place);
    if (depth != 0) return refuse("`measureFilter` does not stand in a group", place);
    if (!filter.measure.item->filters.empty()) {
        return refuse(fmt::format("`{}` has conditions of its own, which `measureFilter` does not "
                                  "know: filter on dimensions",
                                  filter.measure.full_name()),
                      place);
    }
    return std::optional<Filter>(Filter{});
}

FilterParser::Parsed FilterParser::leaf(ObjectReader& reader, int depth) {
    Filter filter;
    ICE_TRY(find_member(reader, filter));
    ICE_ASSIGN(const auto name, reader.string("operator"));
    if (name == "measureFilter") return measure_filter(reader, filter, depth);
    const auto* rule = find_operator(name);
    if (rule == nullptr) {
        return refuse_name(fmt::format("`{}` is not an operator", name),
                           reader.at("operator").pointer(),
                           name,
                           operator_names());
    }
    filter.op = rule->op;
    if (filter.kind == Filter::Kind::kMeasure && !rule->allows_measure) {
        return refuse(fmt::format("`{}` does not work on a measure", name),
                      reader.at("operator").pointer());
    }
    const bool is_time = type_of(filter) == ValueType::kTime;
    if ((rule->operand == Operand::kDates) != is_time && rule->operand != Operand::kNone &&
        (rule->operand != Operand::kValues || !is_time)) {
        return refuse(
            fmt::format("`{}` does not work on a {}", name, value_type_name(type_of(filter))),
            reader.at("operator").pointer());
    }
    const auto* range = reader.find("dateRange");
    ICE_ASSIGN(const auto* values, reader.find_array("values", kFilterValuesMax));
    const bool has_values = values != nullptr && !values->empty();
    if (range != nullptr) {
        const bool takes_range =
            filter.op == Operator::kInDateRange || filter.op == Operator::kNotInDateRange;
        if (!takes_range || has_values) {
            return refuse("`dateRange` stands in for `values` of a time's inDateRange only",
                          reader.at("dateRange").pointer());
        }
        ICE_TRY(read_range(*range, reader.at("dateRange"), filter));
        return std::optional<Filter>(std::move(filter));
    }
    if (rule->operand == Operand::kNone) {
        if (has_values) {
            context_.warnings.push_back({"NO_EFFECT",
                                         fmt::format("`{}` takes no values", name),
                                         reader.at("values").pointer()});
        }
        return std::optional<Filter>(std::move(filter));
    }
    if (!has_values) {
        if (context_.dialect == Dialect::kCube) {
            return refuse(fmt::format("Values required for filter `{}`", name),
                          reader.at("values").pointer());
        }
        context_.warnings.push_back({"INCOMPLETE_FILTER",
                                     "a filter without values was left out",
                                     reader.place().pointer()});
        return std::optional<Filter>();
    }
    ICE_TRY(read_values(reader, *rule, filter));
    return std::optional<Filter>(std::move(filter));
}

Checked<> FilterParser::read_values(ObjectReader& reader,
                                    const OperatorRule& rule,
                                    Filter& filter) {
    const auto& values = reader.find("values")->get_array();
    const Place place = reader.at("values");
    if (values.size() < rule.values_min || values.size() > rule.values_max) {
        return refuse(
            rule.values_min == rule.values_max
                ? fmt::format("`{}` takes {} value(s)", rule.name, rule.values_min)
                : fmt::format(
                      "`{}` takes {} to {} values", rule.name, rule.values_min, rule.values_max),
            place.pointer());
    }
    if (type_of(filter) == ValueType::kTime) return read_dates(values, place, filter);
    const auto type = rule.operand == Operand::kTexts ? ValueType::kString : type_of(filter);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].is_null() && rule.allows_null) {
            filter.values.emplace_back();
            continue;
        }
        const Place item(place, i);
        ICE_ASSIGN(auto value, parse_filter_value(values[i], type, item));
        if (filter.op == Operator::kRegex || filter.op == Operator::kNotRegex) {
            ICE_TRY(check_pattern(std::get<std::string>(value), item));
        }
        filter.values.push_back(std::move(value));
    }
    return {};
}

/// Two values of a range are its ends, one is a range by itself; anywhere else each is one.
Checked<> FilterParser::read_dates(const json::array& values, const Place& place, Filter& filter) {
    const bool is_range =
        filter.op == Operator::kInDateRange || filter.op == Operator::kNotInDateRange;
    if (is_range && values.size() == 2) return read_range(values, place, filter);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Place item(place, i);
        if (values[i].is_null() &&
            (filter.op == Operator::kEquals || filter.op == Operator::kNotEquals)) {
            filter.values.emplace_back();
            continue;
        }
        ICE_TRY(read_range(values[i], item, filter));
    }
    return {};
}

Checked<> FilterParser::read_range(const json::value& value, const Place& place, Filter& filter) {
    ICE_ASSIGN(auto range, read_date_range(value, place, context_.dates));
    filter.dates.push_back(range);
    return {};
}

}  // namespace

Checked<DateRange> read_date_range(const json::value& value,
                                   const Place& place,
                                   const DateContext& context) {
    const auto* pair = value.if_array();
    if (pair != nullptr && pair->size() == 2) {
        ICE_ASSIGN(const auto start, read_string((*pair)[0], Place(place, std::size_t{0})));
        ICE_ASSIGN(const auto end, read_string((*pair)[1], Place(place, std::size_t{1})));
        const auto range = parse_date_pair(start, end, context);
        if (range) return *range;
        return refuse(
            fmt::format("Can't parse date range: '{}' to '{}'; two dates, the later last, "
                        "as 2024-01-31 or 2024-01-31T23:59:59.999",
                        start.substr(0, 100),
                        end.substr(0, 100)),
            place.pointer());
    }
    if (pair != nullptr && pair->size() != 1) {
        return refuse("a date range is one date or two", place.pointer());
    }
    ICE_ASSIGN(const auto text, read_string(pair == nullptr ? value : pair->front(), place));
    const auto range = parse_date_range(text, context);
    if (range) return *range;
    return refuse(fmt::format("Can't parse date: '{}'; 2024-01-31, `last 7 days`, `this month` are",
                              text.substr(0, 100)),
                  place.pointer());
}

Checked<Filter> parse_filters(const json::value* filters,
                              const Place& place,
                              const FilterContext& context) {
    if (filters == nullptr || filters->is_null()) return Filter{};
    FilterParser parser(context);
    Filter all;
    if (const auto* items = filters->if_array()) {
        ICE_ASSIGN(all, parser.list(*items, Filter::Kind::kAnd, place, 0));
        return all;
    }
    ICE_ASSIGN(auto one, parser.parse(*filters, place, 0));
    if (one) all.children.push_back(std::move(*one));
    return all;
}

bool has_measure(const Filter& filter) {
    return filter.kind == Filter::Kind::kMeasure ||
           std::any_of(filter.children.begin(), filter.children.end(), has_measure);
}

void visit_measures(const Filter& filter, const std::function<void(const MeasureRef&)>& visit) {
    if (filter.kind == Filter::Kind::kMeasure) visit(filter.measure);
    for (const auto& child : filter.children)
        visit_measures(child, visit);
}

void visit_dimensions(const Filter& filter, const std::function<void(const DimensionRef&)>& visit) {
    if (filter.kind == Filter::Kind::kDimension) visit(filter.dimension);
    for (const auto& child : filter.children)
        visit_dimensions(child, visit);
}

SplitFilters split_filters(const Filter& all) {
    SplitFilters split;
    for (const auto& child : all.children)
        (has_measure(child) ? split.measures : split.dimensions).children.push_back(child);
    return split;
}

}  // namespace icelight::semantic
