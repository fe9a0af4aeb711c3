#pragma once

#include <optional>

#include "base/result.h"
#include "catalog/pins.h"
#include "query/gate/gate.h"
#include "query/service.h"
#include "query/worker/protocol.h"

namespace icelight::query {

/// A moment of the tables and the log, held for one query.
struct Admission {
    catalog::Pin pin;  ///< Keeps log rows and files until the query ends or its worker dies.
    ExecuteMessage inputs;
};

/// Whether an answer made from `before` is what `now` would give too: the same tables at the same
/// snapshots, and where one has a tail, the same rows of the log.
bool sees_the_same(const ExecuteMessage& before, const ExecuteMessage& now);

/// Takes the moment at which a query sees the tables.
///
/// The order makes it exact: first the pin, at the published watermark, so that nothing read
/// afterwards can go; then table locations and W, of one catalog transaction; then P, which is
/// thus at or above W.
/// May block on SQLite. @error kInvalidArgument  a name is no table (with the gate's beginning);
///   kUnavailable  the tail is longer than options.tail_bytes_max; and what the catalog returns.
Result<Admission> admit(const Options& options,
                        const Statement& statement,
                        const Request& request,
                        wal::Log& log,
                        catalog::Catalog& catalog);

}  // namespace icelight::query
