#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "engine/query_result.h"

namespace icelight::engine {

struct SessionState;

/// A value bound to $1, $2, ...; a list of strings is for `= ANY($1)` and `IN (SELECT unnest($1))`.
using Value =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// A connection: temporary objects, settings of the session and one running query.
///
/// Thread safety: one thread at a time; interrupt() and is_broken() from any.
/// Lifetime: keeps its database open. Temporary objects end with it.
/// Errors of every verb, by the engine's own kind: kInvalidArgument (syntax, unknown names, types,
/// bad values, out of memory: the message then begins with "Out of Memory Error"), kTimeout
/// (interrupted), kForbidden (refused by the engine's configuration), kUnsupported (not
/// implemented), kIo (files and everything else; see is_broken()). Messages begin with the engine's
/// kind: "Binder Error: ...".
class Session {
public:
    explicit Session(std::shared_ptr<SessionState> state) : state_(std::move(state)) {}

    /// Runs one or several statements and forgets their rows.
    Result<> execute(const std::string& sql);

    /// Runs one statement; rows come in chunks as they are asked for.
    ///
    /// @param values  for $1 ... $n, exactly as many as the statement has.
    /// @error kUnsupported  also: a column's type cannot be read (the message names it).
    Result<QueryResult> query(const std::string& sql, const std::vector<Value>& values = {});

    /// Parses, binds and plans one statement and runs nothing; $1 ... $n need no values.
    /// @return what its rows would be.
    Result<std::vector<ResultColumn>> check(const std::string& sql);

    /// The first column of the first row as text; empty when there is no row.
    Result<std::string> query_text(const std::string& sql, const std::vector<Value>& values = {});

    /// Ends the running query with kTimeout, soon. Does nothing when none runs, also when one is
    /// just about to begin: repeat until the caller has its answer.
    void interrupt();

    /// The syntax tree of `sql` as JSON. Parses only: nothing is bound, opened or run.
    ///
    /// @error kInvalidArgument  syntax, or anything but SELECT statements; the message is the
    ///                          parser's.
    Result<std::string> serialize_sql(const std::string& sql);

    /// See Database::is_broken().
    bool is_broken() const;

private:
    friend struct SessionAccess;

    std::shared_ptr<SessionState> state_;
};

}  // namespace icelight::engine
