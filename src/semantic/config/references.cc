#include "semantic/config/references.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "semantic/config/yaml.h"
#include "semantic/problem.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {
namespace {

/// Measures made of measures made of measures.
constexpr int kChainMax = 20;

template <class T>
T* find_named(std::vector<T>& items, std::string_view name) {
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

template <class T>
std::vector<std::string_view> names_of(const std::vector<T>& items) {
    std::vector<std::string_view> names;
    names.reserve(items.size());
    for (const auto& item : items)
        names.push_back(item.name);
    return names;
}

std::string unknown_text(std::string_view what,
                         std::string_view name,
                         const std::vector<std::string_view>& known) {
    const auto nearest = find_nearest(name, known);
    return fmt::format(
        "{} `{}`{}",
        what,
        name,
        nearest.empty() ? std::string() : fmt::format("; did you mean `{}`?", nearest));
}

/// A column as it is; anything else in parentheses, so that operators may stand beside it.
std::string as_operand(const std::string& sql) {
    const bool is_column = std::all_of(sql.begin(), sql.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '"';
    });
    return is_column ? sql : fmt::format("({})", sql);
}

/// "{CUBE.userId} = {Users.id}": the two dimensions, for clients that draw the joins.
void name_join_columns(const std::string& text, Join& join) {
    std::vector<std::string> names;
    const auto written = replace_names(text, [&](std::string_view name) -> Result<std::string> {
        const auto dot = name.find('.');
        names.emplace_back(dot == std::string_view::npos ? name : name.substr(dot + 1));
        return std::string("x");
    });
    if (!written || *written != "x = x") return;
    join.source_column = names.at(0);
    join.target_column = names.at(1);
}

}  // namespace

Result<std::string> replace_names(
    std::string_view text, const std::function<Result<std::string>(std::string_view name)>& visit) {
    std::string out;
    while (true) {
        const auto open = text.find('{');
        const auto close = text.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            return out.append(text);
        const auto name = text.substr(open + 1, close - open - 1);
        const auto dot = name.find('.');
        const bool is_name = is_identifier(name.substr(0, dot)) &&
                             (dot == std::string_view::npos || is_identifier(name.substr(dot + 1)));
        if (is_name) {
            ICE_ASSIGN(const auto written, visit(name));
            out.append(text.substr(0, open)).append(written);
            text.remove_prefix(close + 1);
        } else {
            out.append(text.substr(0, open + 1));
            text.remove_prefix(open + 1);
        }
    }
}

References::References(std::vector<Cube>& cubes, const std::vector<const CubeEntry*>& entries)
    : cubes_(cubes), entries_(entries) {
    for (const auto* entry : entries_) {
        auto* cube = find_cube(entry->cube.name);
        for (const auto& written : entry->cube.dimensions) {
            const auto* dimension = find_named(cube->dimensions, written.name);
            states_[dimension] = State::kRaw;
            owners_[dimension] = entry;
        }
    }
}

Cube* References::find_cube(std::string_view name) {
    return find_named(cubes_, name);
}

Result<> References::resolve() {
    for (const auto* entry : entries_) {
        ICE_TRY(resolve_entry(*entry));
    }
    for (const auto* entry : entries_) {
        const auto& cube = *find_cube(entry->cube.name);
        for (const auto& written : entry->cube.measures) {
            ICE_TRY(check_chain(*entry, cube, *cube.find_measure(written.name), 0));
        }
    }
    return {};
}

Result<> References::resolve_entry(const CubeEntry& entry) {
    auto& cube = *find_cube(entry.cube.name);
    for (const auto& written : entry.cube.dimensions) {
        ICE_TRY(resolve_dimension(entry, cube, *find_named(cube.dimensions, written.name)));
    }
    for (const auto& written : entry.cube.measures) {
        ICE_TRY(resolve_measure(entry, cube, *find_named(cube.measures, written.name)));
    }
    for (const auto& written : entry.cube.segments) {
        auto& segment = *find_named(cube.segments, written.name);
        ICE_ASSIGN(segment.sql, write(segment.sql, {cube, entry, entry.line_of(segment.name)}));
    }
    for (const auto& written : entry.cube.joins) {
        const auto join = std::find_if(cube.joins.begin(), cube.joins.end(), [&](const Join& one) {
            return one.target == written.target;
        });
        ICE_TRY(resolve_join(entry, cube, *join));
    }
    if (entry.cube.event_stream && cube.event_stream) {
        auto& order = cube.event_stream->order_sql;
        ICE_ASSIGN(order, write(order, {cube, entry, entry.line}));
    }
    return {};
}

Result<> References::resolve_dimension(const CubeEntry& entry, Cube& cube, Dimension& dimension) {
    const auto state = states_.find(&dimension);
    if (state == states_.end()) return {};
    const int line = entry.line_of(dimension.name);
    if (state->second == State::kBusy) {
        return fail_in_file(
            entry.file, line, fmt::format("`{}` is made of itself", dimension.name));
    }
    state->second = State::kBusy;
    ICE_ASSIGN(const auto written, write(dimension.sql, {cube, entry, line}));
    dimension.sql = as_operand(written);
    states_.erase(&dimension);
    return {};
}

Result<> References::resolve_measure(const CubeEntry& entry, Cube& cube, Measure& measure) {
    const Scope scope{cube, entry, entry.line_of(measure.name)};
    ICE_ASSIGN(measure.sql, write(measure.sql, scope));
    for (auto& filter : measure.filters) {
        ICE_ASSIGN(filter, write(filter, scope));
    }
    const auto text = entry.measure_texts.find(measure.name);
    if (text == entry.measure_texts.end()) return {};
    std::ptrdiff_t named = 0;
    const auto visit = [&](std::string_view name) -> Result<std::string> {
        const auto dot = name.find('.');
        const auto owner = name.substr(0, dot);
        const auto own = dot == std::string_view::npos           ? name
                         : owner == "CUBE" || owner == cube.name ? name.substr(dot + 1)
                                                                 : std::string_view();
        if (find_named(cube.measures, own) == nullptr) return write_name(name, scope);
        ++named;
        return fmt::format("{{{}}}", own);
    };
    ICE_ASSIGN(auto written, replace_names(text->second, visit));
    if (named == 0) {
        if (measure.type == MeasureType::kCalculated) {
            return fail_in_file(
                entry.file,
                scope.line,
                "a calculated measure names others: `sql: \"{revenue} / {count}\"`");
        }
        measure.sql = std::move(written);
        return {};
    }
    if (std::count(written.begin(), written.end(), '{') != named) {
        return fail_in_file(entry.file, scope.line, "beside names of measures, no braces here");
    }
    measure.calculated = std::move(written);
    return {};
}

/// Nothing is made of itself, and nothing that aggregates is made of what is computed after that.
Result<> References::check_chain(const CubeEntry& entry,
                                 const Cube& cube,
                                 const Measure& measure,
                                 int depth) {
    const int line = entry.line_of(measure.name);
    if (depth > kChainMax)
        return fail_in_file(entry.file, line, fmt::format("`{}` is made of itself", measure.name));
    const auto require = [&](std::string_view name) -> Result<> {
        const auto* other = cube.find_measure(name);
        if (other == nullptr) {
            return fail_in_file(entry.file,
                                line,
                                unknown_text("there is no measure", name, names_of(cube.measures)));
        }
        if (is_window(other->type)) {
            return fail_in_file(
                entry.file,
                line,
                fmt::format("`{}` is computed over rows of groups: no other measure "
                            "can be made of it",
                            name));
        }
        return check_chain(entry, cube, *other, depth + 1);
    };
    if (is_window(measure.type)) return require(measure.window.measure);
    const auto checked =
        replace_names(measure.calculated, [&](std::string_view name) -> Result<std::string> {
            ICE_TRY(require(name));
            return std::string();
        });
    if (!checked) return tl::unexpected(checked.error());
    return {};
}

Result<> References::resolve_join(const CubeEntry& entry, Cube& cube, Join& join) {
    const int line = entry.line_of("join " + join.target);
    const auto* target = find_cube(join.target);
    if (target == nullptr) {
        return fail_in_file(
            entry.file, line, unknown_text("there is no cube", join.target, names_of(cubes_)));
    }
    for (const auto* side : {static_cast<const Cube*>(&cube), target}) {
        const bool has_key = std::any_of(side->dimensions.begin(),
                                         side->dimensions.end(),
                                         [](const Dimension& d) { return d.is_primary_key; });
        if (has_key) continue;
        return fail_in_file(
            entry.file,
            line,
            fmt::format("{} needs a dimension with `primary_key: true`: without one, rows that a "
                        "join repeats cannot be told from rows that are alike",
                        side->name));
    }
    name_join_columns(join.sql, join);
    ICE_ASSIGN(join.sql, write(join.sql, {cube, entry, line, true}));
    return {};
}

Result<std::string> References::write(std::string_view text, const Scope& scope) {
    return replace_names(text, [&](std::string_view name) { return write_name(name, scope); });
}

Result<std::string> References::write_name(std::string_view name, const Scope& scope) {
    const auto dot = name.find('.');
    const auto owner = name.substr(0, dot);
    const bool is_own = owner == "CUBE" || owner == scope.cube.name;
    auto* const other = is_own ? &scope.cube : find_cube(owner);
    if (dot == std::string_view::npos && !is_own &&
        find_named(scope.cube.dimensions, owner) != nullptr)
        return dimension_sql(scope.cube, owner, scope);
    if (other == nullptr) {
        auto known = names_of(scope.cube.dimensions);
        if (scope.may_name_others) known = names_of(cubes_);
        known.emplace_back("CUBE");
        return fail_in_file(
            scope.entry.file, scope.line, unknown_text("there is no", owner, known));
    }
    if (!is_own && !scope.may_name_others) {
        return fail_in_file(scope.entry.file,
                            scope.line,
                            fmt::format("only a join's `sql` may name another cube: `{}`", name));
    }
    if (dot == std::string_view::npos) return quote_name(other->name);
    return dimension_sql(*other, name.substr(dot + 1), scope);
}

Result<std::string> References::dimension_sql(Cube& cube,
                                              std::string_view name,
                                              const Scope& scope) {
    auto* const dimension = find_named(cube.dimensions, name);
    if (dimension == nullptr) {
        return fail_in_file(
            scope.entry.file,
            scope.line,
            unknown_text(
                fmt::format("{} has no dimension", cube.name), name, names_of(cube.dimensions)));
    }
    const auto owner = owners_.find(dimension);
    if (owner != owners_.end()) {
        ICE_TRY(resolve_dimension(*owner->second, cube, *dimension));
    }
    return dimension->sql;
}

}  // namespace icelight::semantic
