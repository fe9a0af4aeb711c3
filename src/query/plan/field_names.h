#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "iceberg/schema.h"
#include "iceberg/table_metadata.h"

namespace icelight::query {

/// Whether columns of the table's files must be found by field id. By name is cheaper, as the
/// engine then answers from the files' statistics; it is right while the table had one schema, and
/// each name is in the files as it is in the schema (writers spell out what Avro forbids in a
/// name), differs from the others by more than case, and is none that the engine gives to the place
/// of a row.
bool needs_field_ids(const iceberg::TableMetadata& metadata, const iceberg::Schema& schema);

/// Names of one level as the engine gives them to columns of files: of those that differ by case
/// alone, as "a" and "A", the second is "A_1".
std::vector<std::string> unique_names(std::vector<std::string> names);

/// The same for the columns of a schema.
void make_names_unique(iceberg::Schema& schema);

/// The first column with a member that names do not find in the files of all schemas: it has, or
/// had, another name, or one that writers spell out, or its name was another member's. The engine
/// matches what is inside a column by name only, so such files' own schemas must tell
/// (column_source.h). Empty: there is none.
std::string find_unmatched_member(const iceberg::Schema& schema,
                                  const std::vector<const iceberg::Schema*>& former);

/// The ids of columns that have, or had, another type in some schema. The engine (1.5.5) casts them
/// as it reads older files, and then fails over filters that it makes of a join.
std::set<std::int32_t> find_changed_types(const iceberg::Schema& schema,
                                          const std::vector<const iceberg::Schema*>& former);

/// The columns that former schemas alone have, each as its last schema had it: rows may be deleted
/// by values of one that was dropped since (spec, "Equality Delete Files").
std::vector<iceberg::Field> find_dropped(const iceberg::Schema& schema,
                                         const std::vector<const iceberg::Schema*>& former);

/// What a scan of files calls the field's column, as SQL. By field id a name of its own, so that
/// none clashes with those of the engine.
std::string file_column(const iceberg::Field& field, bool is_read_by_id);

}  // namespace icelight::query
