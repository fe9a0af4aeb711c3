#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "query/gate/predicate.h"

namespace icelight::query {

/// What the WHERE of one SELECT says about the columns of its own tables, as far as rows of a table
/// that do not meet it can be left out without changing the answer.
///
/// Sound by construction: only conjuncts that compare a column with a constant (such a comparison
/// is never true of NULL, so outer joins do not matter), and none at all beside joins that pick
/// rows by their neighbours (ASOF, POSITIONAL), samples and PIVOT.
class SelectFilters {
public:
    SelectFilters() = default;
    explicit SelectFilters(const simdjson::dom::object& select_node);

    /// The conditions on a table that is a direct source of this SELECT.
    ///
    /// @param table  the BASE_TABLE of the tree.
    Predicates of_table(const simdjson::dom::object& table) const;

private:
    struct Named {
        std::string qualifier;  ///< Lower case; empty: none.
        Predicate predicate;
    };

    void read_condition(const simdjson::dom::object& expression);
    void read_comparison(const simdjson::dom::object& expression, std::string_view type);
    void read_in(const simdjson::dom::object& expression);
    void read_between(const simdjson::dom::object& expression);
    void add(const simdjson::dom::element& column,
             Comparison comparison,
             const std::vector<simdjson::dom::element>& operands);

    std::vector<Named> named_;
    bool is_single_ = false;  ///< One table and nothing else: its columns need no qualifier.
};

}  // namespace icelight::query
