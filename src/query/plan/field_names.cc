#include "query/plan/field_names.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "engine/sql_text.h"
#include "query/plan/initial_default.h"

namespace icelight::query {
namespace {

bool is_letter(char c) {
    return c == '_' || std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// What Avro lets be a name.
bool is_plain(std::string_view name) {
    return !name.empty() && is_letter(name.front()) &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return is_letter(c) || (c >= '0' && c <= '9');
           });
}

/// Of columns that the engine adds to those of a file.
bool is_taken(std::string_view lower_name) {
    return lower_name.starts_with("file") || lower_name.starts_with("__icelight");
}

struct Member {
    std::int32_t parent = 0;
    std::int32_t id = 0;
    std::string lower_name;
};

void add_members(const iceberg::Field& field, std::vector<Member>& members) {
    for (const auto& inner : field.type.fields) {
        members.push_back({field.id, inner.id, lower_case(inner.name)});
        add_members(inner, members);
    }
}

bool is_same_member(const Member& left, const Member& right) {
    return left.id == right.id ? left.lower_name == right.lower_name
                               : left.parent != right.parent || left.lower_name != right.lower_name;
}

}  // namespace

bool needs_field_ids(const iceberg::TableMetadata& metadata, const iceberg::Schema& schema) {
    // Schemas that no snapshot uses any more may have been removed; their ids and those of their
    // fields are not given again.
    if (metadata.schemas.size() > 1 || schema.schema_id != 0 ||
        metadata.last_column_id != schema.highest_field_id()) {
        return true;
    }
    std::set<std::string> names;
    return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const auto& field) {
        auto name = lower_case(field.name);
        return initial_default_text(field) || !is_plain(name) || is_taken(name) ||
               !names.insert(std::move(name)).second;
    });
}

std::vector<std::string> unique_names(std::vector<std::string> names) {
    std::map<std::string, int> taken;  // With the last number behind the name.
    for (auto& name : names) {
        for (auto found = taken.find(lower_case(name)); found != taken.end();
             found = taken.find(lower_case(name))) {
            name += fmt::format("_{}", ++found->second);
        }
        taken.emplace(lower_case(name), 0);
    }
    return names;
}

void make_names_unique(iceberg::Schema& schema) {
    std::vector<std::string> names;
    names.reserve(schema.fields.size());
    for (const auto& field : schema.fields)
        names.push_back(field.name);
    names = unique_names(std::move(names));
    for (std::size_t i = 0; i < names.size(); ++i)
        schema.fields[i].name = std::move(names[i]);
}

std::string find_unmatched_member(const iceberg::Schema& schema,
                                  const std::vector<const iceberg::Schema*>& former) {
    std::vector<Member> before;
    for (const auto* const one : former) {
        for (const auto& field : one->fields)
            add_members(field, before);
    }
    for (const auto& field : schema.fields) {
        std::vector<Member> members;
        add_members(field, members);
        const bool is_matched = std::all_of(members.begin(), members.end(), [&](const Member& now) {
            return is_plain(now.lower_name) &&
                   std::all_of(before.begin(), before.end(), [&](const Member& then) {
                       return is_same_member(now, then);
                   });
        });
        if (!is_matched) return field.name;
    }
    return {};
}

std::set<std::int32_t> find_changed_types(const iceberg::Schema& schema,
                                          const std::vector<const iceberg::Schema*>& former) {
    std::set<std::int32_t> changed;
    for (const auto* const one : former) {
        for (const auto& then : one->fields) {
            const auto* const now = schema.find_column(then.id);
            if (now != nullptr && now->type != then.type) changed.insert(then.id);
        }
    }
    return changed;
}

std::vector<iceberg::Field> find_dropped(const iceberg::Schema& schema,
                                         const std::vector<const iceberg::Schema*>& former) {
    std::map<std::int32_t, std::pair<std::int32_t, iceberg::Field>> found;  // With its schema's id.
    for (const auto* const one : former) {
        for (const auto& field : one->fields) {
            auto& [schema_id, last] = found[field.id];
            if (last.id != 0 && one->schema_id < schema_id) continue;
            schema_id = one->schema_id;
            last = field;
        }
    }
    for (const auto& field : schema.fields)
        found.erase(field.id);
    std::vector<iceberg::Field> dropped;
    dropped.reserve(found.size());
    for (auto& [id, last] : found)
        dropped.push_back(std::move(last.second));
    return dropped;
}

std::string file_column(const iceberg::Field& field, bool is_read_by_id) {
    return is_read_by_id ? fmt::format("c{}", field.id) : engine::quote_identifier(field.name);
}

}  // namespace icelight::query
