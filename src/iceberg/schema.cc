#include "iceberg/schema.h"

#include <algorithm>
#include <set>
#include <string>

namespace icelight::iceberg {

namespace {

const Field* find_in(const std::vector<Field>& fields, std::int32_t id) {
    for (const auto& field : fields) {
        if (field.id == id) return &field;
        if (const auto* nested = find_in(field.type.fields, id)) return nested;
    }
    return nullptr;
}

const Field* find_in(const std::vector<Field>& fields, std::string_view name) {
    for (const auto& field : fields) {
        if (field.name == name) return &field;
        // A name may itself hold dots, so every field that is a whole prefix is tried.
        if (name.size() > field.name.size() && name[field.name.size()] == '.' &&
            name.starts_with(field.name)) {
            if (const auto* nested =
                    find_in(field.type.fields, name.substr(field.name.size() + 1))) {
                return nested;
            }
        }
    }
    return nullptr;
}

std::int32_t highest_in(const std::vector<Field>& fields) {
    std::int32_t highest = 0;
    for (const auto& field : fields) {
        highest = std::max({highest, field.id, highest_in(field.type.fields)});
    }
    return highest;
}

bool append_name(const std::vector<Field>& fields, std::int32_t id, std::string& name) {
    const auto length = name.size();
    for (const auto& field : fields) {
        if (length > 0) name += '.';
        name += field.name;
        if (field.id == id || append_name(field.type.fields, id, name)) return true;
        name.resize(length);
    }
    return false;
}

Result<> check_fields(const std::vector<Field>& fields, std::set<std::int32_t>& ids) {
    std::set<std::string_view> names;
    for (const auto& field : fields) {
        if (field.name.empty()) return fail(ErrorCode::kInvalidArgument, "a field without a name");
        if (!names.insert(field.name).second) {
            return fail(ErrorCode::kInvalidArgument, "two fields named '" + field.name + "'");
        }
        if (field.id < 0 || !ids.insert(field.id).second) {
            return fail(ErrorCode::kInvalidArgument,
                        "field '" + field.name + "': id " + std::to_string(field.id) +
                            " is negative or taken");
        }
        ICE_TRY(check_fields(field.type.fields, ids));
    }
    return {};
}

}  // namespace

Result<> check_schema(const Schema& schema) {
    std::set<std::int32_t> ids;
    ICE_TRY(check_fields(schema.fields, ids));
    for (const auto id : schema.identifier_field_ids) {
        const auto* field = schema.find_field(id);
        if (field == nullptr || !field->type.is_primitive()) {
            return fail(ErrorCode::kInvalidArgument,
                        "identifier field " + std::to_string(id) + " is not a primitive column");
        }
    }
    return {};
}

const Field* Schema::find_field(std::int32_t id) const {
    return find_in(fields, id);
}

const Field* Schema::find_column(std::int32_t id) const {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [id](const Field& one) { return one.id == id; });
    return found == fields.end() ? nullptr : &*found;
}

const Field* Schema::find_field(std::string_view dotted_name) const {
    return find_in(fields, dotted_name);
}

std::int32_t Schema::highest_field_id() const {
    return highest_in(fields);
}

std::string dotted_name(const Schema& schema, std::int32_t id) {
    std::string name;
    append_name(schema.fields, id, name);
    return name;
}

bool is_same_schema(const Schema& left, const Schema& right) {
    return left.fields == right.fields && std::is_permutation(left.identifier_field_ids.begin(),
                                                              left.identifier_field_ids.end(),
                                                              right.identifier_field_ids.begin(),
                                                              right.identifier_field_ids.end());
}

}  // namespace icelight::iceberg
