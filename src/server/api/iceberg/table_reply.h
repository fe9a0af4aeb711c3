#pragma once

#include <string>

#include "server/api/iceberg/endpoint.h"

/// Tables as the REST specification shows them.
namespace icelight::server {

/// LoadTableResult. `config` is empty: DuckDB takes any member of it for settings of S3.
/// @param has_all  false: only the snapshots that branches and tags name (snapshots=refs).
std::string load_json(const catalog::LoadedTable& table, bool has_all);

/// Names the metadata file and which of its snapshots are shown; quoted.
std::string etag_of(const catalog::LoadedTable& table, bool has_all);

/// A table that exists but whose metadata file is gone is a NotFoundException, not a missing table.
/// @error kNotFound
Result<catalog::LoadedTable> load_existing(const Call& call, const catalog::TableIdent& ident);

/// The answer to a change that made or replaced `ident`.
/// @error kNotFound  it was dropped again since (a repeated request).
Result<http::Response> make_load_reply(const catalog::TableIdent& ident,
                                       const catalog::ClientReply& reply);

}  // namespace icelight::server
