#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "iceberg/values.h"
#include "query/gate/predicate.h"
#include "query/plan/table_files.h"

namespace icelight::query {

/// A Predicate whose column and values are known.
struct Condition {
    std::int32_t field_id = 0;
    iceberg::Type type;
    Comparison comparison = Comparison::kEqual;
    std::vector<iceberg::Value> values;  ///< Of `type`; one, of kIn at least one.

    bool operator==(const Condition&) const = default;
};

/// The conditions on one mention of a table; all hold.
using Conditions = std::vector<Condition>;

/// May rows of the file meet the condition? By its bounds, and by its partition where the transform
/// keeps an order (identity, year, month, day, hour). True when nothing is known.
bool may_match(const LiveFiles& manifest, const LiveFile& file, const Condition& condition);

/// May rows of the file meet all of one mention's conditions? A table is mentioned several times
/// in a statement: its file is needed when one mention needs it.
bool may_match(const LiveFiles& manifest,
               const LiveFile& file,
               const std::vector<Conditions>& mentions);

/// Words that differ for different conditions.
std::string conditions_text(const std::vector<Conditions>& mentions);

}  // namespace icelight::query
