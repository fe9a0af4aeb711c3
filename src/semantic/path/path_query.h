#pragma once

#include <string_view>
#include <variant>

#include <boost/json/value.hpp>

#include "semantic/compiled.h"
#include "semantic/path/flow.h"
#include "semantic/path/funnel.h"
#include "semantic/path/retention.h"
#include "semantic/problem.h"
#include "semantic/query.h"

namespace icelight::semantic {

/// A query with `funnel`, `flow` or `retention` instead of measures.
struct PathQuery {
    std::variant<Funnel, Flow, Retention> asked;
    Compiled compiled;

    /// "funnel", "flow" or "retention".
    std::string_view mode() const;
};

/// Whether the query is one of these; the query may still be wrong.
bool is_path_query(const boost::json::value& query);

/// Reads and writes it.
///
/// @error  anything unknown, malformed or contradictory; two of the modes.
Checked<PathQuery> compile_path_query(const boost::json::value& query,
                                      const QueryContext& context,
                                      Warnings& warnings);

}  // namespace icelight::semantic
