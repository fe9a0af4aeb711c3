#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/completion.h"
#include "query/service.h"
#include "semantic/reply/load_reply.h"
#include "server/api/cube/routes.h"

namespace icelight::server {

/// How queries are asked.
struct CubeAsking {
    semantic::Dialect dialect = semantic::Dialect::kDrizzle;
    std::chrono::milliseconds staleness_max{0};  ///< Of the rows; 0: exact.
    std::string owner;                           ///< Who asks, as query::Request::owner.
    query::Limits limits;                        ///< Likewise.
    bool wants_run = false;                      ///< Likewise.
};

/// Reads one query of either kind. @error  whatever is wrong with it.
semantic::Checked<semantic::Answered> parse_answered(const boost::json::value& asked,
                                                     const semantic::QueryContext& context);

/// Compiled queries on their way through the SQL workers, one statement after another.
///
/// The rows are read and the answer is built on the service's thread, never on a network thread.
/// Thread safety: start() once; after that it belongs to whatever thread runs its statements.
/// Lifetime: shared with the statement that runs.
class CubeLoad : public std::enable_shared_from_this<CubeLoad> {
public:
    /// @param queries  parsed, without parts.
    CubeLoad(const CubeRoutes& with,
             const CubeAsking& asking,
             std::vector<semantic::Answered> queries)
        : service_(with.service),
          model_(with.model),
          timeout_(with.timeout),
          staleness_max_(asking.staleness_max),
          owner_(asking.owner),
          limits_(asking.limits),
          wants_run_(asking.wants_run),
          queries_(std::move(queries)) {}

    /// Writes the statements of every query: one for each compared period, one more for a total.
    semantic::Checked<> compile();

    /// Calls `done` once with all queries answered, or with the first error.
    void start(Completion<std::vector<semantic::Answered>> done);

private:
    struct Statement {
        std::size_t query = 0;
        std::size_t part = 0;
        bool is_total = false;
        semantic::Compiled compiled;
    };

    void run_next();
    Result<> take(query::Reply reply);

    query::Service& service_;
    const semantic::Model& model_;
    const std::chrono::milliseconds timeout_;
    const std::chrono::milliseconds staleness_max_;
    const std::string owner_;
    const query::Limits limits_;
    const bool wants_run_;
    std::vector<semantic::Answered> queries_;
    std::vector<Statement> statements_;
    std::size_t next_ = 0;
    Deadline deadline_;
    Completion<std::vector<semantic::Answered>> done_;
};

/// A statement as the SQL service takes it.
query::Request make_sql_request(const semantic::Compiled& compiled,
                                std::chrono::milliseconds timeout);

}  // namespace icelight::server
