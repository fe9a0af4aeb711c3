#include "semantic/order.h"

#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "semantic/object_reader.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

Checked<OrderItem> find_item(std::string name, const Place& place, const Model& model) {
    OrderItem item;
    item.measure = model.find_measure(name);
    item.dimension = model.find_dimension(name);
    const auto dot = name.rfind('.');
    if (item.measure.item == nullptr && item.dimension.item == nullptr &&
        dot != std::string::npos) {
        const auto time = model.find_dimension(std::string_view(name).substr(0, dot));
        if (time.item != nullptr && time.item->type == ValueType::kTime &&
            time.item->find_granularity(std::string_view(name).substr(dot + 1)) != nullptr)
            item.dimension = time;
    }
    if (item.measure.item == nullptr && item.dimension.item == nullptr) {
        std::vector<std::string> names;
        for (const auto& cube : model.cubes()) {
            for (const auto& dimension : cube.dimensions)
                names.push_back(cube.name + '.' + dimension.name);
            for (const auto& measure : cube.measures)
                names.push_back(cube.name + '.' + measure.name);
        }
        return refuse_name(fmt::format("`{}` is neither a measure nor a dimension", name),
                           place.pointer(),
                           name,
                           {names.begin(), names.end()});
    }
    item.member = std::move(name);
    return item;
}

Checked<bool> read_direction(const json::value& value, const Place& place) {
    ICE_ASSIGN(const auto word, read_string(value, place));
    if (word == "asc" || word == "ASC") return false;
    if (word == "desc" || word == "DESC") return true;
    return refuse_name(fmt::format("`{}` is not an order", word.substr(0, 100)),
                       place.pointer(),
                       word,
                       {"asc", "desc"});
}

Checked<OrderItem> read_item(const json::value& value, const Place& place, const Model& model) {
    if (const auto* pair = value.if_array()) {
        if (pair->size() != 2) return refuse("an order is [member, asc|desc]", place.pointer());
        const Place first(place, std::size_t{0});
        ICE_ASSIGN(auto name, read_string((*pair)[0], first));
        ICE_ASSIGN(auto item, find_item(std::move(name), first, model));
        ICE_ASSIGN(item.is_descending, read_direction((*pair)[1], Place(place, std::size_t{1})));
        return item;
    }
    ICE_ASSIGN(auto reader, ObjectReader::open(value, place));
    ICE_ASSIGN(auto name, reader.string("id"));
    ICE_ASSIGN(auto item, find_item(std::move(name), reader.at("id"), model));
    ICE_ASSIGN(const auto is_descending, reader.find_bool("desc"));
    item.is_descending = is_descending.value_or(false);
    return item;
}

}  // namespace

Checked<std::vector<OrderItem>> parse_order(const json::value* order,
                                            const Place& place,
                                            const Model& model) {
    std::vector<OrderItem> items;
    if (order == nullptr) return items;
    if (const auto* object = order->if_object()) {
        for (const auto& [key, direction] : *object) {
            const Place at(place, key);
            ICE_ASSIGN(auto item, find_item(std::string(key), at, model));
            ICE_ASSIGN(item.is_descending, read_direction(direction, at));
            items.push_back(std::move(item));
        }
        return items;
    }
    const auto* list = order->if_array();
    if (list == nullptr || list->size() > kMembersMax) {
        return refuse(fmt::format("`order` is an object or a list of at most {}", kMembersMax),
                      place.pointer());
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        ICE_ASSIGN(auto item, read_item((*list)[i], Place(place, i), model));
        items.push_back(std::move(item));
    }
    return items;
}

}  // namespace icelight::semantic
