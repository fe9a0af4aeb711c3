#pragma once

#include "server/api/lake/tables.h"

namespace icelight::server {

/// Adds GET /api/tables/{namespace}/{table}/{part}, part being one of
/// snapshots, history, manifests, files, partitions, stats: what the table's metadata says, as
/// {"data":[…]} of objects (stats: one). Numbers beyond 2^53 and snapshot ids are strings. Levels
/// of a namespace are joined by 0x1F, as in the catalog's paths; the caller may read the namespace.
///
/// manifests, files, partitions and stats are of the current snapshot, of ?snapshot=<id>, or of the
/// one that was current ?at=<ISO 8601 time>. files takes ?limit= (1 to 10,000, default 1,000) and
/// ?after= (how many to pass over); while there are more, the answer has "next" for it.
void add_table_detail_routes(http::Router& router, TableRoutes with);

}  // namespace icelight::server
