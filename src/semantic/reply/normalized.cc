#include "semantic/reply/normalized.h"

#include <boost/json/array.hpp>

#include "semantic/compile.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

json::array range_array(const DateRange& range) {
    return {json::value(range_start_text(range)), json::value(range_end_text(range))};
}

}  // namespace

std::string period_name(const DateRange& period) {
    return range_start_text(period) + " - " + range_end_text(period);
}

json::object normalize_query(const Query& query,
                             const json::object& asked,
                             const DateRange* period) {
    json::object out;
    json::array measures;
    for (const auto& ref : query.measures)
        measures.emplace_back(ref.full_name());
    json::array dimensions;
    for (const auto& ref : query.dimensions)
        dimensions.emplace_back(ref.full_name());
    json::array segments;
    for (const auto& ref : query.segments)
        segments.emplace_back(ref.full_name());
    json::array times;
    for (const auto& time : query.time_dimensions) {
        json::object item{{"dimension", time.dimension.full_name()}};
        if (time.granularity != nullptr) item["granularity"] = time.granularity->name;
        const auto* range = time.range ? &*time.range : nullptr;
        if (!time.compared.empty()) range = period;
        if (range != nullptr) item["dateRange"] = range_array(*range);
        times.push_back(std::move(item));
    }
    json::array order;
    for (const auto& item : effective_order(query))
        order.push_back(json::object{{"id", item.member}, {"desc", item.is_descending}});
    const auto* filters = asked.if_contains("filters");
    out["measures"] = std::move(measures);
    out["dimensions"] = std::move(dimensions);
    out["timeDimensions"] = std::move(times);
    out["filters"] = filters != nullptr && filters->is_array() ? *filters : json::array();
    out["segments"] = std::move(segments);
    out["order"] = std::move(order);
    out["timezone"] = query.zone.name();
    if (query.limit) {
        out["limit"] = *query.limit;
        out["rowLimit"] = *query.limit;
    }
    if (query.offset != 0) out["offset"] = query.offset;
    if (query.wants_total) out["total"] = true;
    if (query.is_ungrouped) out["ungrouped"] = true;
    // Cube's client turns the rows into objects again when it finds the name here.
    if (query.format == ResponseFormat::kCompact) out["responseFormat"] = "compact";
    if (query.format == ResponseFormat::kColumnar) out["responseFormat"] = "columnar";
    return out;
}

}  // namespace icelight::semantic
