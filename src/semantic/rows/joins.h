#pragma once

#include <string>
#include <vector>

#include "semantic/model.h"

namespace icelight::semantic {

/// How other cubes' rows come to those of one cube.
struct JoinTree {
    const Cube* root = nullptr;
    std::string sql;             ///< `table AS "Root" LEFT JOIN table AS "Other" ON ...`
    bool is_multiplied = false;  ///< A row of the root may meet several of another cube.
};

/// The shortest way from `root` to each of `cubes`.
///
/// @error  one of them cannot be reached; the pointer is that of the whole query.
Checked<JoinTree> find_joins(const Model& model,
                             const Cube& root,
                             const std::vector<const Cube*>& cubes);

}  // namespace icelight::semantic
