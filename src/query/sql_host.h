#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/database.h"
#include "engine/session.h"
#include "query/fences.h"
#include "query/gate/gate.h"
#include "query/protocol.h"
#include "query/table_files.h"
#include "query/tail.h"

namespace icelight::query {

/// What a query's views were made from, for the reply's meta.
struct Prepared {
    std::string sql;                          ///< To run in SqlHost::user().
    std::optional<std::int64_t> snapshot_id;  ///< Of the first table that has one.
    TailCut cut;
};

/// A worker's engine: the database in its sandbox, the tail, and a view for every table in use.
///
/// Thread safety: one thread, but interrupt() from any.
class SqlHost {
public:
    /// Opens the engine, enters the sandbox, proves it, and locks the configuration: the order that
    /// works (the engine opens with one thread, since Landlock binds one; threads come after it).
    ///
    /// @error kUnsupported  no Landlock. @error kForbidden  the sandbox has a hole. Else as named.
    static Result<std::unique_ptr<SqlHost>> open(const WorkerSetup& setup, const Fences& fences);

    /// Checks a statement, see check_statement().
    Result<Statement> check(std::string_view sql);

    /// Makes the views that `statement` needs from `inputs` and brings the tail up.
    Result<Prepared> prepare(const std::string& sql,
                             const Statement& statement,
                             const ExecuteMessage& inputs,
                             const Tail::IsStopped& is_stopped);

    /// Where users' statements run.
    engine::Session& user() { return user_; }

    void interrupt();

    bool is_broken() const { return database_.is_broken(); }

private:
    SqlHost(engine::Database database, engine::Session user, engine::Session own, Tail tail);

    Result<std::shared_ptr<const TableFiles>> make_view(const TableInput& input,
                                                        const TailCut& cut,
                                                        bool uses_alias_catalog);
    Result<> replace_view(std::string_view catalog,
                          const TableInput& input,
                          const std::string& select);

    engine::Database database_;
    engine::Session user_;  ///< Default schema: the event tables'.
    engine::Session own_;   ///< Default schema: memory.main, where the tail is.
    Tail tail_;
    TableFilesCache files_;
    bool has_gate_ = true;
    /// By "catalog.space.table" without case: what the view now says. Bounded by kViewsMax.
    std::map<std::string, std::string> views_;
};

}  // namespace icelight::query
