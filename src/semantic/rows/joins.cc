#include "semantic/rows/joins.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "semantic/sql_writer.h"

namespace icelight::semantic {
namespace {

/// A step from one cube to its neighbour, in the direction that it is walked.
struct Step {
    const Cube* from = nullptr;
    const Cube* to = nullptr;
    const Join* join = nullptr;
    bool is_to_many = false;
};

/// Joins are declared on one side and walked from both.
std::vector<Step> steps_from(const Model& model, const Cube& cube) {
    std::vector<Step> steps;
    for (const auto& join : cube.joins) {
        if (const auto* target = model.find_cube(join.target))
            steps.push_back({&cube, target, &join, join.relationship == Relationship::kHasMany});
    }
    for (const auto& other : model.cubes()) {
        for (const auto& join : other.joins) {
            if (join.target == cube.name) {
                steps.push_back(
                    {&cube, &other, &join, join.relationship == Relationship::kBelongsTo});
            }
        }
    }
    return steps;
}

/// By which step each cube is first reached, nearest first.
std::map<const Cube*, Step> walk(const Model& model, const Cube& root) {
    std::map<const Cube*, Step> reached{{&root, {}}};
    std::vector<const Cube*> queue{&root};
    for (std::size_t i = 0; i < queue.size(); ++i) {
        for (const auto& step : steps_from(model, *queue[i])) {
            if (!reached.emplace(step.to, step).second) continue;
            queue.push_back(step.to);
        }
    }
    return reached;
}

}  // namespace

Checked<JoinTree> find_joins(const Model& model,
                             const Cube& root,
                             const std::vector<const Cube*>& cubes) {
    JoinTree tree;
    tree.root = &root;
    tree.sql = fmt::format("{} AS {}", root.from, quote_name(root.name));
    std::vector<const Cube*> joined{&root};
    std::map<const Cube*, Step> reached;
    for (const auto* wanted : cubes) {
        if (wanted == &root) continue;
        if (reached.empty()) reached = walk(model, root);
        std::vector<Step> path;
        for (const auto* cube = wanted; cube != &root;) {
            const auto found = reached.find(cube);
            if (found == reached.end()) {
                return refuse(
                    fmt::format("no join connects `{}` with `{}`", root.name, wanted->name), "");
            }
            path.push_back(found->second);
            cube = found->second.from;
        }
        for (auto step = path.rbegin(); step != path.rend(); ++step) {
            if (std::find(joined.begin(), joined.end(), step->to) != joined.end()) continue;
            joined.push_back(step->to);
            tree.is_multiplied = tree.is_multiplied || step->is_to_many;
            tree.sql += fmt::format(" LEFT JOIN {} AS {} ON {}",
                                    step->to->from,
                                    quote_name(step->to->name),
                                    step->join->sql);
        }
    }
    return tree;
}

}  // namespace icelight::semantic
