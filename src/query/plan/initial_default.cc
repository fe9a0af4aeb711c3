#include "query/plan/initial_default.h"

#include <simdjson.h>

namespace icelight::query {
namespace {

using iceberg::TypeKind;

bool has_default(const iceberg::Field& field) {
    return !field.initial_default.empty() && field.initial_default != "null";
}

/// "00ff" as the engine writes bytes: "\x00\xff".
std::string escape_hex(std::string_view digits) {
    std::string text;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        text.append("\\x").append(digits.substr(i, 2));
    return text;
}

}  // namespace

std::optional<std::string> initial_default_text(const iceberg::Field& field) {
    if (!has_default(field) || !field.type.is_primitive()) return std::nullopt;
    simdjson::dom::parser parser;
    std::string_view text;
    // Numbers and truth values are their own text.
    if (parser.parse(field.initial_default).get(text) != simdjson::SUCCESS)
        return field.initial_default;
    const bool is_bytes =
        field.type.kind == TypeKind::kBinary || field.type.kind == TypeKind::kFixed;
    return is_bytes ? escape_hex(text) : std::string(text);
}

std::string find_nested_default(const std::vector<iceberg::Field>& fields) {
    for (const auto& field : fields) {
        if (field.type.is_primitive()) continue;
        if (has_default(field)) return field.name;
        for (const auto& inner : field.type.fields) {
            const bool is_inside = has_default(inner) || !find_nested_default({inner}).empty();
            if (is_inside) return field.name;
        }
    }
    return {};
}

}  // namespace icelight::query
