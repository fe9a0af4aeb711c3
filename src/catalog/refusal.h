#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/table_ident.h"

/// Refusals in the words that Iceberg's clients know, and what they were about. An ErrorCode says
/// what the caller should do; REST also wants to know which noun is missing.
namespace icelight::catalog {

tl::unexpected<Error> no_such_namespace(const std::vector<std::string>& levels);
tl::unexpected<Error> no_such_table(const TableIdent& ident);
tl::unexpected<Error> namespace_exists(const std::vector<std::string>& levels);
tl::unexpected<Error> namespace_not_empty(const std::vector<std::string>& levels);
tl::unexpected<Error> table_exists(const TableIdent& ident);
/// A table that the log is carried into, and a client that would make one of that name.
tl::unexpected<Error> made_by_the_server(const TableIdent& ident);
tl::unexpected<Error> no_such_view(const TableIdent& ident);
tl::unexpected<Error> view_exists(const TableIdent& ident);

enum class Noun : std::uint8_t { kOther, kNamespace, kTable, kView };

/// Tables and views share their names: a `there` (kTable or kView) has this one.
tl::unexpected<Error> same_name(Noun there, const TableIdent& ident);
tl::unexpected<Error> cannot_rename(const TableIdent& from, const TableIdent& to, Noun there);

/// Which noun is missing (kNotFound) or not empty (kConflict); kOther for every other error.
Noun noun_of(const Error& error);

/// kInvalidArgument because of what a view's queries say, not of how the request is written.
bool is_invalid_view(const Error& error);

/// kConflict because a namespace still holds something, not because somebody was faster.
bool is_not_empty(const Error& error);

}  // namespace icelight::catalog
