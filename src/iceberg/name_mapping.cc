#include "iceberg/name_mapping.h"

#include <utility>

#include "iceberg/json/json_internal.h"

namespace icelight::iceberg {

namespace {

NameMapping read_level(const JsonObject& object) {
    NameMapping level;
    object.each("fields", [&level](const JsonObject& member) {
        MappedField field;
        field.field_id = member.find_int32("field-id");
        if (member.find("fields") != nullptr) field.inside = read_level(member);
        if (!level.add(std::move(field), member.texts("names")))
            member.errors().fail("names", "holds one of another field");
    });
    return level;
}

}  // namespace

const MappedField* NameMapping::find(std::string_view name) const {
    const auto place = places_.find(name);
    return place == places_.end() ? nullptr : &fields_[place->second];
}

bool NameMapping::add(MappedField field, const std::vector<std::string>& names) {
    const auto place = fields_.size();
    fields_.push_back(std::move(field));
    bool is_new = true;
    for (const auto& name : names)
        is_new &= places_.emplace(name, place).first->second == place;
    return is_new;
}

Result<NameMapping> parse_name_mapping(std::string_view text) {
    if (text.size() > kNameMappingBytesMax) {
        return fail(ErrorCode::kCorruption,
                    "longer than " + std::to_string(kNameMappingBytesMax) + " bytes");
    }
    ICE_ASSIGN(auto tree, parse_json(text, ErrorCode::kCorruption));
    if (!tree.is_array()) return fail(ErrorCode::kCorruption, "not a JSON array");
    // Under the name that lists of fields have inside, too.
    json::object root;
    root["fields"] = std::move(tree);
    JsonErrors errors(ErrorCode::kCorruption);
    auto mapping = read_level(JsonObject(root, errors));
    ICE_TRY(errors.status());
    return mapping;
}

}  // namespace icelight::iceberg
