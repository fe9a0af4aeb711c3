#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "semantic/path/path_query.h"

namespace icelight::semantic {

/// A result's annotation: empty members, and {"funnel": {config, steps}}, {"flow": {config,
/// startingStep, stepsBefore, stepsAfter}} or {"retention": {config, granularity, periods,
/// retentionType}}.
boost::json::object path_annotation(const PathQuery& query, const boost::json::value& asked);

/// The body of /dry-run.
boost::json::object path_dry_run_reply(const PathQuery& query,
                                       const boost::json::value& asked,
                                       const Warnings& warnings);

}  // namespace icelight::semantic
