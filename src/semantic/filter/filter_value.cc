#include "semantic/filter/filter_value.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace icelight::semantic {
namespace {

namespace json = boost::json;

template <class T>
std::optional<T> parse_whole(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Value> number_of(const json::value& value) {
    if (value.is_int64()) return Value(value.get_int64());
    if (value.is_uint64()) return Value(static_cast<double>(value.get_uint64()));
    if (value.is_double()) return Value(value.get_double());
    const auto* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    if (const auto whole = parse_whole<std::int64_t>(*text)) return Value(*whole);
    const auto real = parse_whole<double>(*text);
    if (!real || !std::isfinite(*real)) return std::nullopt;
    return Value(*real);
}

std::optional<Value> text_of(const json::value& value) {
    if (const auto* text = value.if_string()) return Value(std::string(*text));
    if (value.is_bool()) return Value(std::string(value.get_bool() ? "true" : "false"));
    if (value.is_int64()) return Value(fmt::to_string(value.get_int64()));
    if (value.is_uint64()) return Value(fmt::to_string(value.get_uint64()));
    if (value.is_double()) return Value(fmt::to_string(value.get_double()));
    return std::nullopt;
}

std::optional<Value> bool_of(const json::value& value) {
    if (value.is_bool()) return Value(value.get_bool());
    const auto* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    if (*text == "true" || *text == "1") return Value(true);
    if (*text == "false" || *text == "0") return Value(false);
    return std::nullopt;
}

std::optional<Value> value_of(const json::value& value, ValueType type) {
    switch (type) {
        case ValueType::kNumber:
            return number_of(value);
        case ValueType::kBoolean:
            return bool_of(value);
        default:
            return text_of(value);
    }
}

}  // namespace

Checked<Value> parse_filter_value(const json::value& value, ValueType type, const Place& place) {
    auto read = value_of(value, type);
    if (!read) {
        return refuse(fmt::format("the value must be a {}", value_type_name(type)),
                      place.pointer());
    }
    return std::move(*read);
}

}  // namespace icelight::semantic
