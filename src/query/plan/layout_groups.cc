#include "query/plan/layout_groups.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "query/plan/column_source.h"
#include "query/plan/partition_value.h"

namespace icelight::query {
namespace {

using iceberg::Field;
using Fields = std::vector<const Field*>;
using Sources = std::vector<ColumnSource>;

Result<const iceberg::NameMapping*> mapping_of(const TableFiles& table, const FileLayout& layout) {
    if (layout.has_field_ids) return nullptr;
    if (!table.name_mapping) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("a file without field ids, in a table whose columns names alone do "
                                "not find: set its property {}, or rewrite its files",
                                iceberg::kNameMappingProperty));
    }
    if (!*table.name_mapping) {
        // Not corruption: whoever may write the table can set it right.
        return fail(ErrorCode::kUnsupported,
                    fmt::format("a file without field ids, and the table's property {} is not a "
                                "name mapping: {}",
                                iceberg::kNameMappingProperty,
                                table.name_mapping->error().message));
    }
    return &**table.name_mapping;
}

/// Does the engine find the same by the field ids of the file?
bool is_found_by_id(const FileLayout& layout, const Sources& sources) {
    const bool has_all_ids =
        std::all_of(layout.columns.begin(), layout.columns.end(), [](const FileColumn& column) {
            return column.field_id.has_value();
        });
    return has_all_ids && std::all_of(sources.begin(), sources.end(), [](const auto& source) {
               return !source.is_partition_value && (!source.is_there || source.is_alike);
           });
}

/// By the names of the table's columns? Types of files without ids were never held to the table's.
bool is_found_by_name(const FileLayout& layout, const Fields& fields, const Sources& sources) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto& source = sources[i];
        if (!source.is_there || !source.is_alike || (source.is_cast && !layout.has_field_ids) ||
            !equal_ignoring_case(source.name, fields[i]->name)) {
            return false;
        }
    }
    return true;
}

/// Divides one group.
class Divider {
public:
    Divider(const TableFiles& table, const FileLayouts& layouts, FileGroup& group)
        : table_(table), layouts_(layouts), group_(group), fields_(columns_to_read(table, group)) {}

    Result<std::vector<FileGroup>> divide() {
        for (std::size_t i = 0; i < group_.files.size(); ++i) {
            const auto& path = group_.files[i]->file.file_path;
            const auto* const layout = layouts_.find(path);
            if (layout == nullptr) return fail(ErrorCode::kIo, path + ": its schema was not read");
            const auto place = place_of(*layout, i);
            if (!place) return fail_in(path, place.error());
            auto& group = groups_[*place];
            group.files.push_back(group_.files[i]);
            group.manifests.push_back(group_.manifests[i]);
        }
        return std::move(groups_);
    }

private:
    /// Files with one layout go together where their partitions give the same columns.
    using Alike = std::pair<const FileLayout*, std::vector<bool>>;

    /// Of the group of that file in groups_.
    Result<std::size_t> place_of(const FileLayout& layout, std::size_t index) {
        ICE_ASSIGN(const auto* const found, sources_in(layout));
        Alike alike{&layout, {}};
        for (const auto& source : *found) {
            const bool is_partition_value =
                !source.is_there &&
                find_partition_value(
                    *group_.manifests[index], *group_.files[index], source.field_id);
            alike.second.push_back(is_partition_value);
        }
        const auto known = places_.find(alike);
        if (known != places_.end()) return known->second;
        auto sources = *found;
        for (std::size_t i = 0; i < sources.size(); ++i)
            sources[i].is_partition_value = alike.second[i];
        const bool is_found = table_.is_read_by_id ? is_found_by_id(layout, sources)
                                                   : is_found_by_name(layout, fields_, sources);
        const auto place =
            place_of(is_found ? std::optional<Sources>() : std::optional(std::move(sources)));
        places_.emplace(std::move(alike), place);
        return place;
    }

    /// Without what partitions give.
    Result<const Sources*> sources_in(const FileLayout& layout) {
        auto known = found_.find(&layout);
        if (known == found_.end()) {
            ICE_ASSIGN(const auto* const mapping, mapping_of(table_, layout));
            ICE_ASSIGN(auto found, find_sources(fields_, layout, mapping));
            known = found_.emplace(&layout, std::move(found)).first;
        }
        return &known->second;
    }

    /// @param sources  empty: as the table says.
    std::size_t place_of(std::optional<Sources> sources) {
        const auto known = std::find_if(groups_.begin(), groups_.end(), [&](const auto& group) {
            return group.sources == sources;
        });
        if (known != groups_.end()) return static_cast<std::size_t>(known - groups_.begin());
        auto& group = groups_.emplace_back();
        group.position_deletes = group_.position_deletes;
        group.equality_deletes = group_.equality_deletes;
        group.sources = std::move(sources);
        return groups_.size() - 1;
    }

    const TableFiles& table_;
    const FileLayouts& layouts_;
    const FileGroup& group_;
    Fields fields_;
    std::map<const FileLayout*, Sources> found_;
    std::map<Alike, std::size_t> places_;
    std::vector<FileGroup> groups_;
};

}  // namespace

Result<> divide_by_layout(const TableFiles& table, const FileLayouts& layouts, FilePlan& plan) {
    std::vector<FileGroup> groups;
    for (auto& group : plan.groups) {
        ICE_ASSIGN(auto parts, Divider(table, layouts, group).divide());
        groups.insert(groups.end(),
                      std::make_move_iterator(parts.begin()),
                      std::make_move_iterator(parts.end()));
        if (groups.size() > kFileGroupsMax) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("its files hold their columns, and its delete files apply, in "
                                    "more than {} ways: compact the table",
                                    kFileGroupsMax));
        }
    }
    plan.groups = std::move(groups);
    return {};
}

}  // namespace icelight::query
