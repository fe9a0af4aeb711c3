#include "semantic/object_reader.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace icelight::semantic {

namespace json = boost::json;

Checked<ObjectReader> ObjectReader::open(const json::value& value, const Place& place) {
    const auto* object = value.if_object();
    if (object == nullptr) return refuse("an object is expected here", place.pointer());
    return ObjectReader(*object, place);
}

const json::value* ObjectReader::find(std::string_view key) {
    asked_.push_back(key);
    const auto* value = object_->if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

bool ObjectReader::is_null(std::string_view key) const {
    const auto* value = object_->if_contains(key);
    return value != nullptr && value->is_null();
}

Checked<std::optional<std::string>> ObjectReader::find_string(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::optional<std::string>();
    ICE_ASSIGN(auto text, read_string(*value, at(key)));
    return std::optional<std::string>(std::move(text));
}

Checked<std::optional<bool>> ObjectReader::find_bool(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::optional<bool>();
    if (!value->is_bool())
        return refuse(fmt::format("`{}` must be true or false", key), at(key).pointer());
    return std::optional<bool>(value->get_bool());
}

Checked<std::optional<std::int64_t>> ObjectReader::find_integer(std::string_view key,
                                                                std::int64_t low,
                                                                std::int64_t high) {
    const auto* value = find(key);
    if (value == nullptr) return std::optional<std::int64_t>();
    json::error_code error;
    const auto number = value->to_number<std::int64_t>(error);
    if (error || !value->is_number() || number < low || number > high) {
        return refuse(fmt::format("`{}` must be a whole number from {} to {}", key, low, high),
                      at(key).pointer());
    }
    return std::optional<std::int64_t>(number);
}

Checked<const json::array*> ObjectReader::find_array(std::string_view key, std::size_t items_max) {
    const auto* value = find(key);
    if (value == nullptr) return nullptr;
    const auto* array = value->if_array();
    if (array == nullptr) return refuse(fmt::format("`{}` must be a list", key), at(key).pointer());
    if (array->size() > items_max) {
        return refuse(fmt::format("`{}` holds more than {} items", key, items_max),
                      at(key).pointer());
    }
    return array;
}

Checked<std::string> ObjectReader::string(std::string_view key) {
    ICE_ASSIGN(auto text, find_string(key));
    if (!text) return refuse(fmt::format("`{}` is missing", key), place_->pointer());
    return std::move(*text);
}

void ObjectReader::warn_unknown(Warnings& warnings) const {
    for (const auto& member : *object_) {
        const std::string_view key = member.key();
        if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
        std::string message = fmt::format("`{}` is not known here and had no effect", key);
        const auto nearest = find_nearest(key, asked_);
        if (!nearest.empty()) message += fmt::format("; did you mean `{}`?", nearest);
        warnings.push_back({"UNKNOWN_KEY", std::move(message), at(key).pointer()});
    }
}

Checked<std::string> read_string(const json::value& value, const Place& place) {
    const auto* text = value.if_string();
    if (text == nullptr) return refuse("a string is expected here", place.pointer());
    return std::string(*text);
}

}  // namespace icelight::semantic
