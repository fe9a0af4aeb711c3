#include "semantic/query.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "semantic/object_reader.h"
#include "semantic/order.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

Checked<const Granularity*> read_granularity(std::string_view name,
                                             const DimensionRef& time,
                                             const Place& place) {
    const auto* const found = time.item->find_granularity(name);
    if (found != nullptr) return found;
    std::vector<std::string_view> known;
    for (const auto* list : {&calendar_granularities(), &time.item->granularities}) {
        for (const auto& one : *list)
            known.push_back(one.name);
    }
    return refuse_name(fmt::format("`{}` is not a granularity", name.substr(0, 100)),
                       place.pointer(),
                       name,
                       known);
}

/// One call of parse_query().
class QueryParser {
public:
    QueryParser(const QueryContext& context, Warnings& warnings)
        : context_(context), warnings_(warnings) {
        query_.dialect = context.dialect;
    }

    Checked<Query> parse(const json::value& value);

private:
    Checked<> read_zone(ObjectReader& reader);
    Checked<> read_measures(ObjectReader& reader);
    Checked<> read_dimensions(ObjectReader& reader);
    Checked<> read_dimension(const std::string& name, const Place& place);
    Checked<> read_time_dimensions(ObjectReader& reader);
    const TimeDimension* find_time(const DimensionRef& time, const Granularity* granularity) const;
    Checked<> read_time_dimension(const json::value& value, const Place& place);
    Checked<> read_compared(ObjectReader& reader, TimeDimension& out);
    Checked<> read_segments(ObjectReader& reader);
    Checked<> read_page(ObjectReader& reader);
    Checked<> read_fill(ObjectReader& reader);
    Checked<> read_format(ObjectReader& reader);
    Checked<> refuse_modes(ObjectReader& reader);
    Checked<> check_whole(const Place& place) const;
    Checked<> check_ungrouped(const Place& place) const;

    DateContext dates() const {
        return {context_.now_us,
                &query_.zone,
                context_.dialect == Dialect::kCube ? DateGrammar::kCube : DateGrammar::kDrizzle};
    }

    const QueryContext& context_;
    Warnings& warnings_;
    Query query_;
};

Checked<Query> QueryParser::parse(const json::value& value) {
    const Place root;
    ICE_ASSIGN(auto reader, ObjectReader::open(value, root));
    ICE_TRY(refuse_modes(reader));
    ICE_TRY(read_zone(reader));
    ICE_TRY(read_measures(reader));
    ICE_TRY(read_dimensions(reader));
    ICE_TRY(read_time_dimensions(reader));
    const FilterContext filters{context_.model, dates(), context_.dialect, warnings_};
    ICE_ASSIGN(query_.filters,
               parse_filters(reader.find("filters"), reader.at("filters"), filters));
    ICE_TRY(read_segments(reader));
    ICE_ASSIGN(query_.order, parse_order(reader.find("order"), reader.at("order"), context_.model));
    ICE_TRY(read_page(reader));
    ICE_TRY(read_fill(reader));
    ICE_TRY(read_format(reader));
    reader.warn_unknown(warnings_);
    ICE_TRY(check_whole(root));
    return std::move(query_);
}

Checked<> QueryParser::refuse_modes(ObjectReader& reader) {
    for (const char* mode : {"funnel", "flow", "retention"}) {
        if (reader.find(mode) != nullptr) {
            return refuse(fmt::format("a query with `{}` is not one over measures", mode),
                          reader.at(mode).pointer());
        }
    }
    return {};
}

Checked<> QueryParser::read_zone(ObjectReader& reader) {
    ICE_ASSIGN(const auto name, reader.find_string("timezone"));
    if (!name) return {};
    auto zone = Zone::find(*name);
    if (!zone) {
        return refuse_name(fmt::format("`{}` is not a time zone; names are as Europe/Berlin",
                                       name->substr(0, 100)),
                           reader.at("timezone").pointer(),
                           *name,
                           {"UTC"});
    }
    query_.zone = std::move(*zone);
    return {};
}

Checked<> QueryParser::read_measures(ObjectReader& reader) {
    ICE_ASSIGN(const auto* names, reader.find_array("measures", kMembersMax));
    if (names == nullptr) return {};
    const Place place = reader.at("measures");
    for (std::size_t i = 0; i < names->size(); ++i) {
        const Place item(place, i);
        ICE_ASSIGN(const auto name, read_string((*names)[i], item));
        ICE_ASSIGN(const auto measure, context_.model.measure(name, item.pointer()));
        if (std::find(query_.measures.begin(), query_.measures.end(), measure) ==
            query_.measures.end())
            query_.measures.push_back(measure);
    }
    return {};
}

Checked<> QueryParser::read_dimensions(ObjectReader& reader) {
    ICE_ASSIGN(const auto* names, reader.find_array("dimensions", kMembersMax));
    if (names == nullptr) return {};
    const Place place = reader.at("dimensions");
    for (std::size_t i = 0; i < names->size(); ++i) {
        const Place item(place, i);
        ICE_ASSIGN(const auto name, read_string((*names)[i], item));
        ICE_TRY(read_dimension(name, item));
    }
    return {};
}

/// "Events.event", or "Events.timestamp.month": a time dimension by its granularity.
Checked<> QueryParser::read_dimension(const std::string& name, const Place& place) {
    const auto dot = name.rfind('.');
    if (dot != std::string::npos) {
        const auto time = context_.model.find_dimension(std::string_view(name).substr(0, dot));
        if (time.item != nullptr && time.item->type == ValueType::kTime) {
            ICE_ASSIGN(const auto* granularity,
                       read_granularity(std::string_view(name).substr(dot + 1), time, place));
            if (find_time(time, granularity) == nullptr)
                query_.time_dimensions.push_back({.dimension = time, .granularity = granularity});
            return {};
        }
    }
    ICE_ASSIGN(const auto dimension, context_.model.dimension(name, place.pointer()));
    if (std::find(query_.dimensions.begin(), query_.dimensions.end(), dimension) ==
        query_.dimensions.end())
        query_.dimensions.push_back(dimension);
    return {};
}

const TimeDimension* QueryParser::find_time(const DimensionRef& time,
                                            const Granularity* granularity) const {
    const auto same =
        std::find_if(query_.time_dimensions.begin(),
                     query_.time_dimensions.end(),
                     [&](const TimeDimension& other) {
                         return other.dimension == time && other.granularity == granularity;
                     });
    return same == query_.time_dimensions.end() ? nullptr : &*same;
}

Checked<> QueryParser::read_time_dimensions(ObjectReader& reader) {
    ICE_ASSIGN(const auto* items, reader.find_array("timeDimensions", kMembersMax));
    if (items == nullptr) return {};
    const Place place = reader.at("timeDimensions");
    for (std::size_t i = 0; i < items->size(); ++i) {
        ICE_TRY(read_time_dimension((*items)[i], Place(place, i)));
    }
    const auto compared =
        std::count_if(query_.time_dimensions.begin(),
                      query_.time_dimensions.end(),
                      [](const TimeDimension& time) { return !time.compared.empty(); });
    if (compared > 1)
        return refuse("only one time dimension may have `compareDateRange`", place.pointer());
    return {};
}

Checked<> QueryParser::read_time_dimension(const json::value& value, const Place& place) {
    ICE_ASSIGN(auto reader, ObjectReader::open(value, place));
    TimeDimension time;
    ICE_ASSIGN(const auto name, reader.string("dimension"));
    ICE_ASSIGN(time.dimension, context_.model.dimension(name, reader.at("dimension").pointer()));
    if (time.dimension.item->type != ValueType::kTime) {
        return refuse(fmt::format("`{}` is not a time", name), reader.at("dimension").pointer());
    }
    ICE_ASSIGN(const auto granularity, reader.find_string("granularity"));
    if (granularity) {
        ICE_ASSIGN(time.granularity,
                   read_granularity(*granularity, time.dimension, reader.at("granularity")));
    }
    if (const auto* range = reader.find("dateRange")) {
        ICE_ASSIGN(time.range, read_date_range(*range, reader.at("dateRange"), dates()));
    }
    ICE_TRY(read_compared(reader, time));
    reader.warn_unknown(warnings_);
    if (!query_.is_selected(time) && !time.range && time.compared.empty()) {
        warnings_.push_back({"NO_EFFECT",
                             "a time dimension without `granularity` and `dateRange` does nothing",
                             place.pointer()});
    }
    if (find_time(time.dimension, time.granularity) != nullptr)
        return refuse(fmt::format("`{}` is there already", name), place.pointer());
    query_.time_dimensions.push_back(std::move(time));
    return {};
}

Checked<> QueryParser::read_compared(ObjectReader& reader, TimeDimension& out) {
    ICE_ASSIGN(const auto* ranges, reader.find_array("compareDateRange", kComparedRangesMax));
    if (ranges == nullptr) return {};
    const Place place = reader.at("compareDateRange");
    if (out.range) {
        return refuse("`dateRange` and `compareDateRange` exclude each other", place.pointer());
    }
    if (ranges->empty()) return refuse("`compareDateRange` is empty", place.pointer());
    for (std::size_t i = 0; i < ranges->size(); ++i) {
        ICE_ASSIGN(const auto range, read_date_range((*ranges)[i], Place(place, i), dates()));
        out.compared.push_back(range);
    }
    return {};
}

Checked<> QueryParser::read_segments(ObjectReader& reader) {
    ICE_ASSIGN(const auto* names, reader.find_array("segments", kMembersMax));
    if (names == nullptr) return {};
    const Place place = reader.at("segments");
    for (std::size_t i = 0; i < names->size(); ++i) {
        const Place item(place, i);
        ICE_ASSIGN(const auto name, read_string((*names)[i], item));
        ICE_ASSIGN(const auto segment, context_.model.segment(name, item.pointer()));
        query_.segments.push_back(segment);
    }
    return {};
}

Checked<> QueryParser::read_page(ObjectReader& reader) {
    ICE_ASSIGN(query_.limit, reader.find_integer("limit", 0, kLimitMax));
    ICE_ASSIGN(const auto row_limit, reader.find_integer("rowLimit", 0, kLimitMax));
    if (!query_.limit) query_.limit = row_limit;
    if (!query_.limit && context_.dialect == Dialect::kCube) query_.limit = kCubeLimitDefault;
    ICE_ASSIGN(const auto offset, reader.find_integer("offset", 0, kOffsetMax));
    query_.offset = offset.value_or(0);
    ICE_ASSIGN(const auto total, reader.find_bool("total"));
    query_.wants_total = total.value_or(false);
    ICE_ASSIGN(const auto ungrouped, reader.find_bool("ungrouped"));
    query_.is_ungrouped = ungrouped.value_or(false);
    // Asks for an answer that no cache holds; whether there is one is not ours to know.
    ICE_TRY(reader.find_bool("renewQuery"));
    return {};
}

Checked<> QueryParser::read_fill(ObjectReader& reader) {
    ICE_ASSIGN(const auto is_on, reader.find_bool("fillMissingDates"));
    query_.fill.is_on = context_.dialect == Dialect::kDrizzle && is_on.value_or(true);
    const auto* value = reader.find("fillMissingDatesValue");
    if (context_.dialect == Dialect::kCube && (is_on == true || value != nullptr)) {
        warnings_.push_back({"NO_EFFECT",
                             "Cube's client fills the gaps by itself",
                             reader.at("fillMissingDates").pointer()});
    }
    if (value == nullptr) {
        if (reader.is_null("fillMissingDatesValue")) query_.fill.value.reset();
        return {};
    }
    if (!value->is_number()) {
        return refuse("`fillMissingDatesValue` must be a number or null",
                      reader.at("fillMissingDatesValue").pointer());
    }
    query_.fill.value = value->to_number<double>();
    return {};
}

Checked<> QueryParser::read_format(ObjectReader& reader) {
    ICE_ASSIGN(const auto name, reader.find_string("responseFormat"));
    if (!name || *name == "default") return {};
    if (context_.dialect == Dialect::kDrizzle) {
        warnings_.push_back({"RESPONSE_FORMAT",
                             "`responseFormat` is for Cube's client; rows are objects here",
                             reader.at("responseFormat").pointer()});
    }
    if (*name == "compact") {
        query_.format = ResponseFormat::kCompact;
    } else if (*name == "columnar") {
        query_.format = ResponseFormat::kColumnar;
    } else {
        return refuse_name(fmt::format("`{}` is not a response format", name->substr(0, 100)),
                           reader.at("responseFormat").pointer(),
                           *name,
                           {"default", "compact", "columnar"});
    }
    return {};
}

Checked<> QueryParser::check_whole(const Place& place) const {
    const bool has_column =
        !query_.measures.empty() || !query_.dimensions.empty() ||
        std::any_of(query_.time_dimensions.begin(),
                    query_.time_dimensions.end(),
                    [&](const TimeDimension& time) { return query_.is_selected(time); });
    if (!has_column) {
        return refuse(
            "Query must reference at least one cube through measures, dimensions, or filters",
            place.pointer());
    }
    return query_.is_ungrouped ? check_ungrouped(place) : Checked<>();
}

Checked<> QueryParser::check_ungrouped(const Place& place) const {
    const Place at(place, "ungrouped");
    if (query_.dimensions.empty() && query_.time_dimensions.empty())
        return refuse("an ungrouped query needs a dimension", at.pointer());
    if (query_.compared() != nullptr)
        return refuse("an ungrouped query cannot compare date ranges", at.pointer());
    constexpr std::array kRaw{
        MeasureType::kSum, MeasureType::kAvg, MeasureType::kMin, MeasureType::kMax};
    for (const auto& measure : query_.measures) {
        if (std::find(kRaw.begin(), kRaw.end(), measure.item->type) != kRaw.end()) continue;
        return refuse(
            fmt::format("`{}` has no value for a single row: only sum, avg, min and max do",
                        measure.full_name()),
            at.pointer());
    }
    if (has_measure(query_.filters))
        return refuse("an ungrouped query cannot filter by measures", at.pointer());
    return {};
}

}  // namespace

const TimeDimension* Query::compared() const {
    const auto found =
        std::find_if(time_dimensions.begin(), time_dimensions.end(), [](const TimeDimension& time) {
            return !time.compared.empty();
        });
    return found == time_dimensions.end() ? nullptr : &*found;
}

Checked<Query> parse_query(const json::value& query,
                           const QueryContext& context,
                           Warnings& warnings) {
    return QueryParser(context, warnings).parse(query);
}

}  // namespace icelight::semantic
