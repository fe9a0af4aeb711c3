#include "semantic/config/build_model.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "semantic/config/references.h"
#include "semantic/config/yaml.h"
#include "semantic/events_cube.h"
#include "semantic/person.h"
#include "semantic/rows/measure_sql.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {
namespace {

Result<std::vector<JsonField>> choose_fields(const std::vector<CubeFile>& files) {
    const auto columns = make_events_cube("t", {});
    const bool replaces = std::any_of(
        files.begin(), files.end(), [](const CubeFile& file) { return file.fields.replaces; });
    auto fields = replaces ? std::vector<JsonField>() : default_json_fields();
    for (const auto& file : files) {
        for (std::size_t i = 0; i < file.fields.fields.size(); ++i) {
            const auto& name = file.fields.fields[i].name;
            if (columns.find_dimension(name) == nullptr) continue;
            return fail_in_file(file.fields.file,
                                file.fields.lines[i],
                                fmt::format("`{}` is a column of the events", name));
        }
        fields = merge_json_fields(std::move(fields), file.fields.fields);
    }
    return fields;
}

/// Puts members into the list, in place of those of the same name.
template <class Member>
void merge_members(std::vector<Member>& into, const std::vector<Member>& members) {
    for (const auto& member : members) {
        const auto same = std::find_if(
            into.begin(), into.end(), [&](const Member& one) { return one.name == member.name; });
        if (same == into.end()) {
            into.push_back(member);
        } else {
            *same = member;
        }
    }
}

/// One name is one member: of one kind.
Result<> check_kinds(const Cube& cube, const CubeEntry& entry) {
    for (const auto& [name, line] : entry.lines) {
        const int kinds = static_cast<int>(cube.find_dimension(name) != nullptr) +
                          static_cast<int>(cube.find_measure(name) != nullptr) +
                          static_cast<int>(cube.find_segment(name) != nullptr);
        if (kinds < 2) continue;
        return fail_in_file(
            entry.file, line, fmt::format("{}.{} is there already", cube.name, name));
    }
    return {};
}

Result<> add_entry(std::vector<Cube>& cubes, const CubeEntry& entry) {
    const auto& written = entry.cube;
    auto cube = std::find_if(
        cubes.begin(), cubes.end(), [&](const Cube& one) { return one.name == written.name; });
    if (!entry.is_addition) {
        if (cube != cubes.end()) {
            return fail_in_file(entry.file,
                                entry.line,
                                fmt::format("the cube {} is there already; to add to it, leave out "
                                            "`sql_table` and `sql`",
                                            written.name));
        }
        cubes.push_back(written);
        if (cubes.back().title.empty()) cubes.back().title = make_title(written.name);
        return {};
    }
    if (cube == cubes.end()) {
        return fail_in_file(entry.file,
                            entry.line,
                            fmt::format("the cube {} needs `sql_table` or `sql`", written.name));
    }
    if (!written.title.empty()) cube->title = written.title;
    if (!written.description.empty()) cube->description = written.description;
    merge_members(cube->dimensions, written.dimensions);
    merge_members(cube->measures, written.measures);
    merge_members(cube->segments, written.segments);
    cube->joins.insert(cube->joins.end(), written.joins.begin(), written.joins.end());
    if (written.event_stream) cube->event_stream = written.event_stream;
    return check_kinds(*cube, entry);
}

Result<> check_stream(const Cube& cube, const CubeEntry& entry) {
    if (!entry.cube.event_stream) return {};
    const auto& stream = *cube.event_stream;
    for (const auto& name :
         {stream.binding_key, stream.time_dimension, stream.event, stream.type}) {
        if (name.empty() || cube.find_dimension(name) != nullptr) continue;
        return fail_in_file(entry.file,
                            entry.line,
                            fmt::format("event_stream: {} has no dimension `{}`", cube.name, name));
    }
    if (cube.find_dimension(stream.time_dimension)->type == ValueType::kTime) return {};
    return fail_in_file(entry.file,
                        entry.line,
                        fmt::format("event_stream: `{}` is not a time", stream.time_dimension));
}

Result<> check_drill_members(const Model& model, const CubeEntry& entry) {
    for (const auto& measure : entry.cube.measures) {
        for (const auto& name : measure.drill_members) {
            const auto found = model.dimension(name, {});
            if (!found) {
                return fail_in_file(
                    entry.file, entry.line_of(measure.name), problem_text(found.error()));
            }
        }
    }
    return {};
}

/// The probes of one entry, in the order in which their failures say most.
class ProbeWriter {
public:
    ProbeWriter(const Model& model, const CubeEntry& entry, std::vector<Probe>& out)
        : model_(model), entry_(entry), cube_(*model.find_cube(entry.cube.name)), out_(out) {}

    void write() {
        const auto from = fmt::format("FROM {} AS {}", cube_.from, quote_name(cube_.name));
        rows_ = fmt::format("SELECT * {} LIMIT 0", from);
        if (!entry_.is_addition)
            add(fmt::format("SELECT 1 AS x {} LIMIT 0", from), "the rows of", "", entry_.line);
        for (const auto& one : entry_.cube.dimensions) {
            const auto& dimension = *cube_.find_dimension(one.name);
            add(fmt::format(
                    "SELECT typeof(any_value(x)) AS t FROM (SELECT {} AS x {} LIMIT 0) AS p",
                    dimension.sql,
                    from),
                "the dimension",
                one.name,
                entry_.line_of(one.name));
            out_.back().type = dimension.type;
        }
        for (const auto& one : entry_.cube.measures) {
            if (is_window(one.type)) continue;
            const MeasureRef measure{&cube_, cube_.find_measure(one.name)};
            add(fmt::format(
                    "SELECT {} AS x {} LIMIT 0", aggregate_sql(measure, Dialect::kCube), from),
                "the measure",
                one.name,
                entry_.line_of(one.name));
        }
        for (const auto& one : entry_.cube.segments) {
            add(fmt::format(
                    "SELECT 1 AS x {} WHERE ({}) LIMIT 0", from, cube_.find_segment(one.name)->sql),
                "the segment",
                one.name,
                entry_.line_of(one.name));
        }
        for (const auto& one : entry_.cube.joins)
            add_join(one.target, from);
    }

private:
    void add(std::string sql, std::string_view what, const std::string& name, int line) {
        out_.push_back({std::move(sql),
                        fmt::format("{}:{}: {} {}{}{}",
                                    entry_.file,
                                    line,
                                    what,
                                    cube_.name,
                                    name.empty() ? "" : ".",
                                    name),
                        rows_});
    }

    void add_join(const std::string& target, const std::string& from) {
        const auto* other = model_.find_cube(target);
        for (const auto& join : cube_.joins) {
            if (join.target != target) continue;
            rows_ = fmt::format(
                "SELECT * {}, {} AS {} LIMIT 0", from, other->from, quote_name(other->name));
            add(fmt::format("SELECT 1 AS x {} LEFT JOIN {} AS {} ON {} LIMIT 0",
                            from,
                            other->from,
                            quote_name(other->name),
                            join.sql),
                "the join of",
                "",
                entry_.line_of("join " + target));
        }
    }

    const Model& model_;
    const CubeEntry& entry_;
    const Cube& cube_;
    std::vector<Probe>& out_;
    std::string rows_;
};

}  // namespace

bool fits(ValueType type, std::string_view duckdb_type) {
    constexpr std::array<std::string_view, 12> kNumbers{"TINYINT",
                                                        "SMALLINT",
                                                        "INTEGER",
                                                        "BIGINT",
                                                        "HUGEINT",
                                                        "UTINYINT",
                                                        "USMALLINT",
                                                        "UINTEGER",
                                                        "UBIGINT",
                                                        "UHUGEINT",
                                                        "FLOAT",
                                                        "DOUBLE"};
    switch (type) {
        case ValueType::kString:
            return duckdb_type == "VARCHAR";
        case ValueType::kBoolean:
            return duckdb_type == "BOOLEAN";
        case ValueType::kTime:
            return duckdb_type == "TIMESTAMP WITH TIME ZONE";
        case ValueType::kNumber:
            return duckdb_type.starts_with("DECIMAL") ||
                   std::find(kNumbers.begin(), kNumbers.end(), duckdb_type) != kNumbers.end();
    }
    return false;
}

Result<BuiltModel> build_model(const std::string& table, const std::vector<CubeFile>& files) {
    ICE_ASSIGN(const auto fields, choose_fields(files));
    auto events = make_events_cube(table, fields);
    auto cubes = make_people_cubes(table, fields, events);
    cubes.insert(cubes.begin(), std::move(events));
    std::vector<const CubeEntry*> entries;
    for (const auto& file : files) {
        for (const auto& entry : file.cubes) {
            ICE_TRY(add_entry(cubes, entry));
            entries.push_back(&entry);
        }
    }
    ICE_TRY(References(cubes, entries).resolve());
    for (const auto* entry : entries) {
        const auto cube = std::find_if(cubes.begin(), cubes.end(), [&](const Cube& one) {
            return one.name == entry->cube.name;
        });
        ICE_TRY(check_stream(*cube, *entry));
    }
    BuiltModel out;
    out.model = std::make_unique<const Model>(std::move(cubes));
    for (const auto* entry : entries) {
        ICE_TRY(check_drill_members(*out.model, *entry));
        ProbeWriter(*out.model, *entry, out.probes).write();
    }
    return out;
}

}  // namespace icelight::semantic
