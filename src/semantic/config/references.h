#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "semantic/config/cube_file.h"

namespace icelight::semantic {

/// Text with each `{name}` and `{Cube.name}` replaced; other braces stay as they are.
Result<std::string> replace_names(
    std::string_view text, const std::function<Result<std::string>(std::string_view name)>& visit);

/// Writes out what SQL of the operator's refers to: {CUBE} is the cube's alias, {member} its
/// dimension, {Cube} and {Cube.member} those of another.
///
/// Lifetime: cubes and entries outlive it; the cubes' vectors keep their size.
class References {
public:
    /// @param cubes    with the members of all entries; changed in place.
    /// @param entries  whose SQL is not written out yet.
    References(std::vector<Cube>& cubes, const std::vector<const CubeEntry*>& entries);

    /// @error kInvalidArgument  "file:line: ...": unknown names, with the nearest; dimensions or
    ///                          measures that are made of themselves; measures over rows of groups
    ///                          where none can be.
    Result<> resolve();

private:
    struct Scope {
        Cube& cube;
        const CubeEntry& entry;
        int line = 1;
        bool may_name_others = false;
    };

    Cube* find_cube(std::string_view name);
    Result<> resolve_entry(const CubeEntry& entry);
    Result<> resolve_dimension(const CubeEntry& entry, Cube& cube, Dimension& dimension);
    Result<> resolve_measure(const CubeEntry& entry, Cube& cube, Measure& measure);
    Result<> check_chain(const CubeEntry& entry,
                         const Cube& cube,
                         const Measure& measure,
                         int depth);
    Result<> resolve_join(const CubeEntry& entry, Cube& cube, Join& join);
    Result<std::string> write(std::string_view text, const Scope& scope);
    Result<std::string> write_name(std::string_view name, const Scope& scope);
    Result<std::string> dimension_sql(Cube& cube, std::string_view name, const Scope& scope);

    enum class State : std::uint8_t { kRaw, kBusy };

    std::vector<Cube>& cubes_;
    const std::vector<const CubeEntry*>& entries_;
    std::map<const Dimension*, State> states_;  ///< Absent: written out.
    std::map<const Dimension*, const CubeEntry*> owners_;
};

}  // namespace icelight::semantic
